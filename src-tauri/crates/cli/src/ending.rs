//! Endings of commands, and their exit codes.

use std::process::ExitCode;

use crate::interrupt::INTERRUPTED;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything succeeded.
    Done,
    /// Something failed, and was reported.
    Failed,
    /// Interrupted with Ctrl-C.
    Interrupted,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::SUCCESS,
            Ending::Failed => Self::FAILURE,
            Ending::Interrupted => Self::from(INTERRUPTED),
        }
    }
}
