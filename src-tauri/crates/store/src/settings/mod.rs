//! The settings: their values, validation, and file.
//!
//! `defaults.toml` defines the defaults and explains every key. The user's own file holds only differences: [`Store`].

mod hotkeys;
mod read;
mod store;
#[cfg(test)]
mod tests;
mod values;

pub use store::Store;
pub use values::{DEFAULTS, Settings, SpeechBy};
