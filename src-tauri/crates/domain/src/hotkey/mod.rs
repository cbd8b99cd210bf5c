//! Hotkeys as values: parsing, rules, defaults and the person's choice.

mod chosen;
mod defaults;
mod key;
#[cfg(test)]
mod tests;
#[cfg(target_os = "linux")]
mod trigger;

pub use chosen::{Hotkeys, Taken};
pub use defaults::default_hotkey;
pub use key::Hotkey;
