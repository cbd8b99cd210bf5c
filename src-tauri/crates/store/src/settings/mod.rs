//! What the person has chosen, and which choices are good.
//!
//! `defaults.toml` is the source of the defaults and explains every key. The person's own file holds only what differs: [`Store`].

mod hotkeys;
mod read;
mod store;
#[cfg(test)]
mod tests;
mod values;

pub use store::Store;
pub use values::{DEFAULTS, Settings, SpeechBy};
