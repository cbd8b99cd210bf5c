//! Tests of the real app on a virtual desktop: hotkeys pressed in another window, pictures dropped, copied and opened,
//! and what is spoken.
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
