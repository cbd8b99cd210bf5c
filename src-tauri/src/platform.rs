//! What kind of desktop this is.

/// Whether this is a Wayland session. An X server runs there too, but it knows only the windows and keys of old programs.
#[cfg(target_os = "linux")]
pub fn is_wayland() -> bool {
    std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty())
}
