//! What was described, kept on this computer and found again: one `SQLite` file, in the folder of the person's data.
//!
//! Several processes may use it at once (write-ahead log). What is removed is overwritten. Nothing of it is ever logged.

mod entries;
mod entry;
mod error;
pub mod export;
mod schema;
mod search;
mod store;
#[cfg(test)]
mod tests;
mod traces;

pub use entry::{Entry, Limits, Trace, Vector, place};
pub use error::HistoryError;
pub use search::Hit;
pub use store::{Opened, Store};
