//! Tells which kind of desktop this is, if any.

/// True in a Wayland session. An X server runs there too, but it knows only the windows and keys of old programs.
#[cfg(target_os = "linux")]
pub fn is_wayland() -> bool {
    std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty())
}

/// True if there is a screen to open windows on. The library that opens them on Linux panics where there is none.
pub fn has_display() -> bool {
    #[cfg(target_os = "linux")]
    if !is_wayland() {
        return x11rb::connect(None).is_ok();
    }
    true
}
