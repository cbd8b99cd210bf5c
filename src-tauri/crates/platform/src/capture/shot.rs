//! The result of a capture, and the trait that each system implements.

use eyebright_domain::Fault;
use image::RgbImage;

/// A captured screen or window.
#[derive(Debug, Clone)]
pub struct Shot {
    /// Its pixels.
    pub pixels: RgbImage,
    /// The title of the window; empty for a screen.
    pub name: String,
}

/// Captures the screen on one system.
pub(super) trait Capture {
    /// Captures the monitor that holds the active window, or else the primary one.
    fn screen(&self) -> Result<Shot, Fault>;
    /// Captures the window that has the focus, without its frame.
    fn active_window(&self) -> Result<Shot, Fault>;
}
