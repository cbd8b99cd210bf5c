//! The engine reads no clock of its own: the caller lends one, so that tests can lend a fake.

use std::time::Duration;

/// Time since some fixed moment.
pub trait Clock: Sync {
    /// Never goes back.
    fn now(&self) -> Duration;
}
