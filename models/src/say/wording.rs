//! What a language must be able to do.

use crate::evidence::lexicon::{Concept, Lexicon};
use crate::say::phrases::Phrases;
use crate::say::reply::Reply;
use crate::say::statement::Statement;

/// The concept that a word of a question stands for.
#[derive(Debug, Clone, Copy)]
pub struct Named<'l> {
    pub concept: &'l Concept,
    /// The word says more than the concept: a person may be a man.
    pub is_narrower: bool,
}

/// A language: how it says what was found, and how it is understood.
pub trait Wording: Sync {
    /// A statement as a sentence, with its full stop.
    fn statement(&self, statement: &Statement) -> String;

    /// A reply as one or two sentences.
    fn reply(&self, reply: &Reply<'_>) -> String;

    /// By which questions are understood.
    fn phrases(&self) -> &'static Phrases;

    /// The concept that a noun stands for, in any of its forms.
    fn concept<'l>(&self, noun: &str, lexicon: &'l Lexicon) -> Option<Named<'l>>;
}
