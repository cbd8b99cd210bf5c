//! Everything Eyebright stores on disk: the history, the settings, the packs, and alt texts in picture files.

pub mod alt_text;
pub mod history;
pub mod limited;
pub mod packs;
mod replace;
pub mod settings;
