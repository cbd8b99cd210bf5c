//! The phrases by which questions are understood, in plain lower case with "ss" for "ß"; longer ones before their parts.

use crate::evidence::place::Place;
use crate::say::form::Form;

/// The phrases of one language.
pub struct Phrases {
    /// At the beginning: the question before goes on.
    pub follow: &'static [&'static str],
    /// What marks a form, the first that is found.
    pub forms: &'static [(Form, &'static [&'static str])],
    /// The picture itself.
    pub picture: &'static [&'static str],
    /// What asks for the kind of picture.
    pub kind: &'static [&'static str],
    /// Kinds of picture, after "is this a".
    pub kinds: &'static [&'static str],
    /// "Is".
    pub is: &'static [&'static str],
    /// "This".
    pub this: &'static [&'static str],
    /// Where in the picture.
    pub sides: &'static [(Place, &'static str)],
    /// What bears text and is not looked for itself.
    pub written: &'static [&'static str],
    /// What stands for a thing that was named before.
    pub pronouns: &'static [&'static str],
    /// What means nothing further, though a pronoun may be in it.
    pub idioms: &'static [&'static str],
    /// What means nothing further.
    pub fillers: &'static [&'static str],
    /// Those that are only articles.
    pub articles: &'static [&'static str],
    /// "There", at the end of "is the dog there".
    pub there: &'static [&'static str],
    /// What only this language has.
    pub marks: &'static [&'static str],
    /// Amounts.
    pub numbers: &'static [&'static str],
    /// Names of colours.
    pub colours: &'static [&'static str],
    /// "And", "or".
    pub joiners: &'static [&'static str],
}
