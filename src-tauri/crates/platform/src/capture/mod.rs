//! Pictures of what is on the screen.
//!
//! `Capture` is the trait that each system implements, in a file of its own. X11 is asked directly, over one
//! connection; Wayland shows its screen only through the desktop portal; Windows and macOS are left to `xcap`.

#[cfg(target_os = "linux")]
mod area;
mod faults;
#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(target_os = "linux")]
mod pixels;
#[cfg(target_os = "linux")]
mod portal;
mod shot;
mod take;
#[cfg(target_os = "linux")]
mod x11;

pub use shot::Shot;
pub use take::{active_window, screen};
