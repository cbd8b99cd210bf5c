//! Hotkeys as values: which there are, which are good, which do what.

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
