//! The German wording of statements, replies and questions.

mod grammar;
mod nouns;
mod phrases;
mod replies;
mod statements;
mod synonyms;

use crate::evidence::lexicon::Lexicon;
use crate::say::phrases::Phrases;
use crate::say::reply::Reply;
use crate::say::statement::Statement;
use crate::say::wording::{Named, Wording};

/// The German language.
pub struct German;

impl Wording for German {
    fn statement(&self, statement: &Statement) -> String {
        statements::say(statement)
    }

    fn reply(&self, reply: &Reply<'_>) -> String {
        replies::say(reply)
    }

    fn phrases(&self) -> &'static Phrases {
        &phrases::GERMAN
    }

    fn concept<'l>(&self, noun: &str, lexicon: &'l Lexicon) -> Option<Named<'l>> {
        synonyms::concept(noun, lexicon)
    }
}
