//! The languages of the app.

use serde::{Deserialize, Serialize};

/// Language of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// What the system speaks.
    System,
    /// English.
    En,
    /// German.
    De,
}
