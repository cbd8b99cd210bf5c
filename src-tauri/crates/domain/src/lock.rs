//! Locking where a panic elsewhere must not take the rest along.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a mutex guards, even if a thread panicked while it held it: everything that is kept so is whole between two statements.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
