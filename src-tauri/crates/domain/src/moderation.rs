//! Choices about warnings.

use serde::{Deserialize, Serialize};

/// What happens to pictures that may show nudity, where the pack care is here to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Moderation {
    /// Nobody looks for it.
    Off,
    /// A warning comes first, the description after a pause or on request.
    Warn,
    /// They are described at once, and it is said that they may.
    Describe,
}
