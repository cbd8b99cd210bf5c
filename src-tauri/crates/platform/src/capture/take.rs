//! Captures a screen or window by the system's own means, with a time limit.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use eyebright_domain::Fault;

use super::faults::failed;
#[cfg(not(target_os = "linux"))]
use super::native;
use super::shot::{Capture, Shot};
#[cfg(target_os = "linux")]
use super::{portal, x11};
#[cfg(target_os = "linux")]
use crate::display::is_wayland;

/// How long a capture may take. Wayland desktops may ask the person for permission meanwhile.
const PATIENCE: Duration = Duration::from_secs(15);

/// Captures the monitor that holds the active window, or else the primary one. Wayland desktops give all monitors as
/// one picture.
pub fn screen() -> Result<Shot, Fault> {
    within(PATIENCE, || system().screen())
}

/// Captures the window that has the focus. One of Eyebright's own is refused.
pub fn active_window() -> Result<Shot, Fault> {
    within(PATIENCE, || system().active_window())
}

#[cfg(target_os = "linux")]
fn system() -> Box<dyn Capture> {
    if is_wayland() {
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
        // Fails if the time is up: nobody is waiting any more.
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

#[cfg(test)]
mod tests {
    use super::super::faults::{no_window, own_window};
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
