//! What a start of the program asks of the app.

use std::path::PathBuf;

use crate::action::Action;

/// What a start of the app should bring, its first or a further one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Described at once.
    pub files: Vec<PathBuf>,
    /// The window stays out of sight.
    pub hidden: bool,
    /// Done at once.
    pub action: Option<Action>,
}
