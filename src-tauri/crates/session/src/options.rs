//! The settings that a session needs.

use std::sync::Arc;

use eyebright_domain::{Detail, Moderation, Strings};

/// The settings that a session needs.
#[derive(Debug, Clone)]
pub struct Options {
    /// Level of detail that is said without being asked for.
    pub detail: Detail,
    /// What happens to pictures that may show nudity.
    pub moderation: Moderation,
    /// The words of the language in use.
    pub strings: Arc<Strings>,
}
