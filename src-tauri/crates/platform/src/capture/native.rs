//! Captures of Windows and macOS.

use eyebright_domain::Fault;
use image::{DynamicImage, RgbaImage};
use xcap::{Monitor, Window};

use super::faults::{failed, no_display, no_window, own_window};
use super::shot::{Capture, Shot};

/// Captures through `xcap`.
pub(super) struct Native;

impl Capture for Native {
    fn screen(&self) -> Result<Shot, Fault> {
        permission()?;
        let holding = active().and_then(|window| window.current_monitor().ok());
        let monitor = match holding {
            Some(monitor) => monitor,
            None => primary()?,
        };
        let pixels = rgb(monitor.capture_image().map_err(failed)?);
        Ok(Shot {
            pixels,
            name: String::new(),
        })
    }

    fn active_window(&self) -> Result<Shot, Fault> {
        permission()?;
        // On Windows `xcap` leaves our own windows out.
        let window = active().ok_or_else(no_window)?;
        if window.pid().is_ok_and(|pid| pid == std::process::id()) {
            return Err(own_window());
        }
        let pixels = rgb(window.capture_image().map_err(failed)?);
        Ok(Shot {
            pixels,
            name: window.title().unwrap_or_default(),
        })
    }
}

/// Checks the permission to see the screen. Without it macOS reports no failure, but captures a desktop without
/// windows.
#[cfg(target_os = "macos")]
fn permission() -> Result<(), Fault> {
    use objc2_core_graphics::{CGPreflightScreenCaptureAccess, CGRequestScreenCaptureAccess};
    // The request shows the system's own question, once.
    if CGPreflightScreenCaptureAccess() || CGRequestScreenCaptureAccess() {
        return Ok(());
    }
    Err(Fault::new(
        "capture_not_permitted",
        "macOS does not let Eyebright see the screen. Allow it in the System Settings under Privacy and Security, Screen \
         Recording, then start Eyebright again.",
    ))
}

#[cfg(target_os = "windows")]
#[allow(clippy::unnecessary_wraps, reason = "macOS may refuse")]
fn permission() -> Result<(), Fault> {
    Ok(())
}

fn active() -> Option<Window> {
    let windows = Window::all().unwrap_or_default();
    windows.into_iter().find(|window| window.is_focused().unwrap_or(false))
}

fn primary() -> Result<Monitor, Fault> {
    let mut monitors = Monitor::all().map_err(failed)?;
    let place = monitors
        .iter()
        .position(|monitor| monitor.is_primary().unwrap_or(false))
        .unwrap_or(0);
    if place < monitors.len() {
        return Ok(monitors.swap_remove(place));
    }
    Err(no_display())
}

fn rgb(pixels: RgbaImage) -> image::RgbImage {
    DynamicImage::from(pixels).into_rgb8()
}
