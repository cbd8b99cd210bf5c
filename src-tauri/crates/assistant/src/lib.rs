//! What looks at pictures for the app and the command line: where they come from, which models look, what is found again.

pub mod find;
pub mod hearing;
pub mod inputs;
pub mod opening;
mod stopwatch;

pub use stopwatch::{Stopwatch, ms};
