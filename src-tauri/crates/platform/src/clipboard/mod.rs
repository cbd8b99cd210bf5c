//! The clipboard: reads pictures and picture files, writes descriptions.
//!
//! Every system implements the trait `Clipboard`; `read` decides which kind of content comes first. On Linux programs
//! offer their content in many formats, and `offer` picks among them, on X11 and Wayland alike.

mod clip;
mod faults;
#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(target_os = "linux")]
mod offer;
#[cfg(target_os = "linux")]
mod patience;
mod read;
#[cfg(target_os = "linux")]
mod wayland;
mod write;
#[cfg(target_os = "linux")]
mod x11;

pub use clip::Clip;
pub use read::read;
pub use write::write_text;
