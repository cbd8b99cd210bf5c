//! The desktop app: puts the session, its companions, the windows, the tray and the hotkeys together.

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
