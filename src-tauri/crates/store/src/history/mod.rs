//! The history of descriptions, stored on this computer and searchable: one `SQLite` file in the user's data folder.
//!
//! Several processes may use it at once (write-ahead log). Removed data is overwritten. Its contents are never logged.

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
