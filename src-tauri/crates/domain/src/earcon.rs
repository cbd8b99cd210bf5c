//! Earcons: short sounds, each with a meaning.

/// A short sound, named after its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earcon {
    /// A request was accepted.
    Start,
    /// The microphone is open.
    RecordingBegun,
    /// The microphone is closed; a question was recorded.
    RecordingEnded,
    /// No speech was heard.
    NothingHeard,
    /// The microphone is too quiet.
    TooQuiet,
    /// Something went wrong.
    Failure,
    /// Work is still going on.
    Tick,
    /// Everything was stopped.
    Stop,
}
