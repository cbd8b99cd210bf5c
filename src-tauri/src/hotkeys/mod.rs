//! Keys that work everywhere, whatever window has the focus.

mod keys;
mod native;
#[cfg(target_os = "linux")]
mod portal;

use tauri::{AppHandle, Manager};

pub use keys::{Hotkey, default_hotkey};

use crate::app::App;
use crate::fault::Fault;
#[cfg(target_os = "linux")]
use crate::platform::is_wayland;
use crate::settings::Hotkeys;

/// Holds these keys from now on and no others. What does not work is told to the window beside `others`, the problems that have
/// nothing to do with keys; on Wayland it turns out later and is said aloud then.
pub fn register(app: &AppHandle, hotkeys: &Hotkeys, others: Vec<Fault>) {
    #[cfg(target_os = "linux")]
    if is_wayland() {
        return portal::register(app, hotkeys, others);
    }
    let taken = native::register(app, hotkeys);
    app.state::<App>()
        .set_problems(others.into_iter().chain(taken).collect());
}

/// Lets all keys go, as while a new one is being chosen.
pub fn release(app: &AppHandle) {
    #[cfg(target_os = "linux")]
    if is_wayland() {
        return portal::release();
    }
    native::release(app);
}
