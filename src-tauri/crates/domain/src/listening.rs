//! How the recording of a spoken question goes.

/// Code of the fault of a microphone that is too quiet, which has an earcon of its own.
pub const TOO_QUIET: &str = "too_quiet";

/// What ends the recording of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// The person has spoken and is silent, or does not speak at all.
    Silent,
    /// The key that is held goes up; pauses for thought do not matter.
    Released,
    /// It ends at once.
    Now,
}

/// Where the recording of a question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// The microphone is open: now the person may speak.
    Begun,
    /// It is closed again, and somebody spoke; the words follow.
    Ended,
}
