//! Tauri labels of the windows.

/// The main window.
pub const MAIN: &str = "main";
/// The window in which a region of the screen is chosen.
pub const REGION: &str = "region";
