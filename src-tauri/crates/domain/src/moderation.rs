//! The setting for warnings about nudity.

use serde::{Deserialize, Serialize};

/// What happens to pictures that may show nudity, where the pack care is here to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Moderation {
    /// Pictures are not checked.
    Off,
    /// A warning is said first; the description follows after a pause or on request.
    Warn,
    /// The warning is said, and the description follows at once.
    Describe,
}
