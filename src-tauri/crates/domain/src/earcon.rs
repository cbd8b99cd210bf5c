//! The short sounds, by what they mean.

/// Short sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earcon {
    /// A request was taken.
    Start,
    /// The microphone is open.
    RecordingBegun,
    /// The microphone is closed, a question was taken in.
    RecordingEnded,
    /// Nobody was heard.
    NothingHeard,
    /// The microphone is too quiet.
    TooQuiet,
    /// Something went wrong.
    Failure,
    /// Still at work.
    Tick,
    /// All was stopped.
    Stop,
}
