//! The real app on a desktop of its own: keys pressed in another window, pictures dropped, copied and handed over, and what is heard.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod asking;
mod describing;
mod files;
mod keys;
mod servers;
mod viewer;
mod window;
mod with_care;
mod with_ears_and_reader;
mod with_reader;
