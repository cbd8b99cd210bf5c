//! The innermost ring: errors, cancelling, clocks, mapped files, process set-up.

pub mod cancel;
pub mod clock;
pub mod error;
pub mod mapped;
pub mod process;
pub mod sentences;
pub mod task;
pub mod text;
