//! What one start of the program asks the running app to do.

use std::path::PathBuf;

use crate::action::Action;

/// Arguments of a start of the app. A second start hands them to the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Files to describe at once.
    pub files: Vec<PathBuf>,
    /// True if the window stays hidden.
    pub hidden: bool,
    /// Action to carry out at once.
    pub action: Option<Action>,
}
