//! What a capture gives, and what a system must be able to do for it.

use eyebright_domain::Fault;
use image::RgbImage;

/// A captured screen or window.
#[derive(Debug, Clone)]
pub struct Shot {
    /// What was seen.
    pub pixels: RgbImage,
    /// The title of the window, or nothing.
    pub name: String,
}

/// What a system can capture.
pub(super) trait Capture {
    /// The monitor that holds the active window, or else the primary one.
    fn screen(&self) -> Result<Shot, Fault>;
    /// The window that has the focus, without its frame.
    fn active_window(&self) -> Result<Shot, Fault>;
}
