//! What of the settings the session heeds.

use std::sync::Arc;

use eyebright_domain::{Detail, Moderation, Strings};

/// What of the settings the session heeds.
#[derive(Debug, Clone)]
pub struct Options {
    /// How much is said unasked.
    pub detail: Detail,
    /// Whether there are warnings.
    pub moderation: Moderation,
    /// The words of the language in use.
    pub strings: Arc<Strings>,
}
