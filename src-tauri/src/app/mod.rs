//! The desktop app: connects the session with the assistant, the windows, the tray and the hotkeys.

mod address;
mod archive;
mod commands;
mod describing;
mod display;
mod hearing;
mod history;
mod hotkeys;
mod labels;
mod offered;
mod packs;
mod pictures;
mod quit;
mod shelf;
mod sight;
mod start;
mod state;
mod thumbnail;
mod tray;
mod voice;

pub use start::run;
