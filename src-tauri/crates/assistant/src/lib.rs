//! What looks at pictures for the app and the command line: where they come from, which models look, what is found again.

mod assistant;
pub mod find;
pub mod hearing;
pub mod inputs;
mod models;
pub mod opening;
mod stopwatch;

pub use assistant::{Assistant, can_read};
pub use models::Choice;
pub use stopwatch::{Stopwatch, ms};
