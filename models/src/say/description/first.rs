//! The beginning of a description.

use crate::say::statement::Statement;

/// The statements that are spoken first, and how sure they are.
pub struct First {
    pub statements: Vec<Statement>,
    pub sure: bool,
    /// Probability that everything the statements name is there, 0 to 1.
    pub confidence: f32,
}
