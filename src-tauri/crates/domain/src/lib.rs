//! Types that all parts of the shell share: actions, faults, words, hotkeys. Plain values; the only question to the
//! system is the one for its language.

mod action;
mod detail;
mod earcon;
mod fault;
mod hotkey;
mod language;
mod listening;
mod lock;
mod moderation;
mod request;
mod strings;
mod words;

pub use action::Action;
pub use detail::Detail;
pub use earcon::Earcon;
pub use fault::Fault;
pub use hotkey::{Hotkey, Hotkeys, Taken, default_hotkey};
pub use language::Language;
pub use listening::{Recording, TOO_QUIET, Until};
pub use lock::lock;
pub use moderation::Moderation;
pub use request::Request;
pub use strings::Strings;
pub use words::{Text, Words, untold};
