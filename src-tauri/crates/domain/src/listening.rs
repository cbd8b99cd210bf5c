//! Recording a spoken question: when it ends, and how far it is.

/// Fault code of a microphone that is too quiet. This fault has an earcon of its own.
pub const TOO_QUIET: &str = "too_quiet";

/// When the recording of a question ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// After the person has spoken and is silent again, or has not spoken at all.
    Silent,
    /// When the key that is held is released; pauses do not end it.
    Released,
    /// At once.
    Now,
}

/// Progress of the recording of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// The microphone is open: now the person may speak.
    Begun,
    /// The microphone is closed and somebody has spoken; the transcript follows.
    Ended,
}
