//! The English wording of statements, replies and questions.

pub mod captions;
pub mod grammar;
mod phrases;
mod replies;
mod statements;
mod synonyms;

use crate::evidence::lexicon::Lexicon;
use crate::say::phrases::Phrases;
use crate::say::reply::Reply;
use crate::say::statement::Statement;
use crate::say::wording::{Named, Wording};

/// The English language.
pub struct English;

impl Wording for English {
    fn statement(&self, statement: &Statement) -> String {
        statements::say(statement)
    }

    fn reply(&self, reply: &Reply<'_>) -> String {
        replies::say(reply)
    }

    fn phrases(&self) -> &'static Phrases {
        &phrases::ENGLISH
    }

    fn concept<'l>(&self, noun: &str, lexicon: &'l Lexicon) -> Option<Named<'l>> {
        synonyms::concept(noun, lexicon)
    }
}
