//! Pictures of what is on the screen.
//!
//! [`Capture`] is what a system can do; one file for each. X11 is asked directly, over one connection; Wayland shows its
//! screen only through the desktop portal; Windows and macOS are left to `xcap`.

#[cfg(target_os = "linux")]
mod area;
#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(target_os = "linux")]
mod pixels;
#[cfg(target_os = "linux")]
mod portal;
#[cfg(target_os = "linux")]
mod x11;

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use image::RgbImage;

use crate::fault::Fault;

/// How long a capture may take. Wayland desktops may ask the person for permission meanwhile.
const PATIENCE: Duration = Duration::from_secs(15);

/// A captured screen or window.
#[derive(Debug, Clone)]
pub struct Shot {
    /// What was seen.
    pub pixels: RgbImage,
    /// The title of the window, or nothing.
    pub name: String,
}

/// What a system can capture.
trait Capture {
    /// The monitor that holds the active window, or else the primary one.
    fn screen(&self) -> Result<Shot, Fault>;
    /// The window that has the focus, without its frame.
    fn active_window(&self) -> Result<Shot, Fault>;
}

/// The monitor that holds the active window, or else the primary one. Wayland desktops give all monitors as one picture.
pub fn screen() -> Result<Shot, Fault> {
    within(PATIENCE, || system().screen())
}

/// The window that has the focus. One of Eyebright's own is refused.
pub fn active_window() -> Result<Shot, Fault> {
    within(PATIENCE, || system().active_window())
}

#[cfg(target_os = "linux")]
fn system() -> Box<dyn Capture> {
    if crate::platform::is_wayland() {
        Box::new(portal::Portal)
    } else {
        Box::new(x11::X11)
    }
}

#[cfg(not(target_os = "linux"))]
fn system() -> Box<dyn Capture> {
    Box::new(native::Native)
}

/// Captures on a thread of its own: a system that hangs, or a library that panics, becomes a fault.
fn within(patience: Duration, capture: impl FnOnce() -> Result<Shot, Fault> + Send + 'static) -> Result<Shot, Fault> {
    let (done, result) = mpsc::sync_channel(1);
    thread::spawn(move || {
        // Too late is too late: nobody is waiting any more.
        let _ = done.send(capture());
    });
    result.recv_timeout(patience).unwrap_or_else(|error| match error {
        RecvTimeoutError::Timeout => Err(Fault::new(
            "capture_timeout",
            "The desktop did not hand out a picture of the screen in time. It may be asking for your permission: answer \
             that question, then press the key again.",
        )),
        RecvTimeoutError::Disconnected => Err(failed("an error inside the capture")),
    })
}

fn no_display() -> Fault {
    Fault::new(
        "no_display",
        "There is no screen to capture. Start Eyebright inside your desktop session, with a screen switched on.",
    )
}

fn no_window() -> Fault {
    Fault::new(
        "no_window",
        "No other window is in front. Switch to the window you mean, then press the key again.",
    )
}

fn own_window() -> Fault {
    Fault::new(
        "own_window",
        "Eyebright itself is in front. Switch to the window you mean, then press the key again.",
    )
}

fn failed(reason: impl std::fmt::Display) -> Fault {
    Fault::new(
        "capture_failed",
        format!("The screen could not be captured: {reason}. Try again."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capture_neither_hangs_nor_panics() {
        let code = |result: Result<Shot, Fault>| result.unwrap_err().code;
        let short = Duration::from_millis(20);
        let hanging = || {
            thread::sleep(Duration::from_secs(1));
            Err(no_window())
        };
        assert_eq!(code(within(short, hanging)), "capture_timeout");
        assert_eq!(code(within(PATIENCE, || panic!("on purpose"))), "capture_failed");
        assert_eq!(code(within(PATIENCE, || Err(own_window()))), "own_window");
    }
}
