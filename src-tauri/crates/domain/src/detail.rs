//! Levels of detail.

use serde::{Deserialize, Serialize};

/// How much is said of a picture at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// One sentence.
    One,
    /// Things and places too.
    More,
    /// Every detail known.
    All,
}
