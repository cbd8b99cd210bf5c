//! Tasks of a model, and questions that were answered.

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

/// A question that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// As it was asked.
    pub question: String,
    /// As it was answered.
    pub answer: String,
}
