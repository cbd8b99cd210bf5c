//! What a question asks for, by its form: the phrases that mark it, and the nouns that are left without them.
//!
//! Whatever else is left makes it another question than it seems ("is the cat asleep?" does not ask for a cat), so nothing is passed over that is
//! not known to be empty.

use crate::say::form::Form;
use crate::say::language::Language;
use crate::say::languages::wording;
use crate::say::phrases::Phrases;
use crate::say::words::Words;

/// A question that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked; None if only a thing is named ("and the dog?").
    pub form: Option<Form>,
    /// What it is asked of, as it was written; empty if it is not named.
    pub nouns: Vec<String>,
    /// Whether "it" or the like stands for something.
    pub refers: bool,
    /// Whether the picture itself is named.
    pub picture: bool,
    /// A word is left that makes more of the question than its form.
    pub more: bool,
}

impl Question {
    /// Takes a question apart.
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

/// "Is the car red?", "is it red?": a colour and something that has it.
fn names_colour(words: &Words, phrases: &Phrases, refers: bool) -> bool {
    let mut rest = words.clone();
    let has_colour = rest.drop(phrases.colours);
    rest.drop(phrases.fillers);
    has_colour && (refers || !rest.is_empty())
}

/// "What kind of picture is this?", "is it a photo?"
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
