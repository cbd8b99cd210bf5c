//! The beginning of a description.

use crate::say::statement::Statement;

/// What is said first, before the rest is added.
pub struct First {
    pub statements: Vec<Statement>,
    pub sure: bool,
    /// That everything they name is there, 0 to 1.
    pub confidence: f32,
}
