//! The trait that every language implements.

use crate::evidence::lexicon::{Concept, Lexicon};
use crate::say::phrases::Phrases;
use crate::say::reply::Reply;
use crate::say::statement::Statement;

/// The concept that a word of a question means.
#[derive(Debug, Clone, Copy)]
pub struct Named<'l> {
    pub concept: &'l Concept,
    /// True if the word is more specific than the concept, as "man" is for the concept "person".
    pub is_narrower: bool,
}

/// A language: words statements and replies, and supplies the phrases and nouns for understanding questions.
pub trait Wording: Sync {
    /// The statement as a sentence with a full stop.
    fn statement(&self, statement: &Statement) -> String;

    /// The reply as one or two sentences.
    fn reply(&self, reply: &Reply<'_>) -> String;

    /// The phrases by which questions are recognised.
    fn phrases(&self) -> &'static Phrases;

    /// The concept that a noun means, in any of its inflected forms; None if there is none.
    fn concept<'l>(&self, noun: &str, lexicon: &'l Lexicon) -> Option<Named<'l>>;
}
