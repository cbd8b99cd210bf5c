//! What the windows are called among themselves.

/// Label of the window.
pub const MAIN: &str = "main";
/// Label of the window in which a region is chosen.
pub const REGION: &str = "region";
