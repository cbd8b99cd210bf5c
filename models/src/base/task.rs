//! What a model can be asked for.

/// A task that some models can do and others cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// To write what a picture shows.
    Caption,
    /// To answer a question about it.
    Answer,
    /// To weigh how well a text fits it.
    Match,
    /// To place it in a space where alike pictures are near.
    Embed,
}
