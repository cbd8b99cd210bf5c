//! The part between the engine and the app or command line: reads inputs, loads models, describes, answers and finds.

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
