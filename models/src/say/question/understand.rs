//! Parses a question: removes the phrases that indicate its form, and takes what is left as nouns.
//!
//! Any further word may change the question ("is the cat asleep?" does not ask for a cat), so only words that are known
//! to be empty are ignored.

use crate::say::form::Form;
use crate::say::language::Language;
use crate::say::languages::wording;
use crate::say::phrases::Phrases;
use crate::say::words::Words;

/// A parsed question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The form of the question; None if it only names a thing ("and the dog?").
    pub form: Option<Form>,
    /// The things it asks about, as they were written; empty if it names none.
    pub nouns: Vec<String>,
    /// True if it contains a pronoun such as "it" for a thing.
    pub refers: bool,
    /// True if it names the picture itself.
    pub picture: bool,
    /// True if words are left that the form does not account for, so that the question is not fully understood.
    pub more: bool,
}

impl Question {
    /// Parses a question.
    pub fn understand(mut words: Words, language: Language) -> Self {
        let phrases = wording(language).phrases();
        let follows = phrases.follow.iter().any(|phrase| words.take_first(phrase));
        let kind = is_kind(&words, phrases);
        let begins_with_is = words.first().is_some_and(|first| phrases.is.contains(&first));
        let mut sides = phrases.sides.iter();
        let side = sides.find(|(_, side)| words.take(side)).map(|(side, _)| *side);
        let mut form = phrases
            .forms
            .iter()
            .find(|(_, marks)| marks.iter().any(|mark| words.take(mark)))
            .map(|(form, _)| *form);
        let picture = words.drop(phrases.picture);
        if kind {
            form = Some(Form::Kind);
            words.drop(phrases.kinds);
        }
        let there = words.last().is_some_and(|last| phrases.there.contains(&last));
        if begins_with_is && (picture || there) && form.is_none() {
            form = Some(Form::Presence);
        }
        let is_text = matches!(form, Some(Form::Text(_)));
        if is_text {
            words.drop(phrases.written);
        }
        if form.is_some() {
            words.drop(phrases.idioms);
        }
        let refers = words.drop(phrases.pronouns);
        // "Are there two dogs" is answered by how many there are, "is the car red" by its colours.
        if form == Some(Form::Presence) && words.drop(phrases.numbers) {
            form = Some(Form::Count);
        }
        let may_name_colour = begins_with_is && (form.is_none() || form == Some(Form::Presence));
        if may_name_colour && names_colour(&words, phrases, refers) {
            words.drop(phrases.colours);
            form = Some(Form::Colour);
        }
        // Without a form only a thing may be named: "what does the dog do" is left with more than that.
        words.drop(if form.is_some() || follows {
            phrases.fillers
        } else {
            phrases.articles
        });
        let nouns = words.parts(phrases.joiners);
        let (form, more) = match (form, side) {
            (Some(Form::Contents(_)), side) => (Some(Form::Contents(side)), !nouns.is_empty()),
            (Some(Form::Presence), Some(side)) if nouns.is_empty() => (Some(Form::Contents(Some(side))), false),
            (Some(Form::Presence), Some(_)) => (Some(Form::Place), false),
            (form, side) => (form, side.is_some() || (is_text || kind) && !nouns.is_empty()),
        };
        Self {
            form,
            more: more || (form.is_none() && nouns.is_empty()),
            nouns,
            refers,
            picture,
        }
    }
}

/// True if the words contain a colour and something that may have it: "is the car red?", "is it red?".
fn names_colour(words: &Words, phrases: &Phrases, refers: bool) -> bool {
    let mut rest = words.clone();
    let has_colour = rest.drop(phrases.colours);
    rest.drop(phrases.fillers);
    has_colour && (refers || !rest.is_empty())
}

/// True for questions such as "what kind of picture is this?" and "is it a photo?".
fn is_kind(words: &Words, phrases: &Phrases) -> bool {
    let has = |set: &[&str]| words.plain().any(|word| set.contains(&word));
    let names_one = words.first().is_some_and(|first| phrases.is.contains(&first))
        && words
            .plain()
            .nth(1)
            .is_some_and(|second| phrases.this.contains(&second))
        && has(phrases.kinds);
    names_one || phrases.kind.iter().any(|phrase| words.clone().take(phrase))
}
