//! The phrases by which questions are recognised, in lower case with "ss" for "ß". Longer phrases come before their
//! parts.

use crate::evidence::place::Place;
use crate::say::form::Form;

/// The phrases of one language for recognizing questions.
pub struct Phrases {
    /// Beginnings of a follow-up question ("and", "what about").
    pub follow: &'static [&'static str],
    /// Phrases that indicate a form ("how many"). The first form with a match wins.
    pub forms: &'static [(Form, &'static [&'static str])],
    /// Names of the picture itself ("the picture", "the photo").
    pub picture: &'static [&'static str],
    /// Phrases that ask for the kind of picture ("what kind of picture").
    pub kind: &'static [&'static str],
    /// Names of kinds of pictures, for "is this a ...".
    pub kinds: &'static [&'static str],
    /// Words for "is" and "are".
    pub is: &'static [&'static str],
    /// Words for "this" and "it".
    pub this: &'static [&'static str],
    /// Phrases for each third of the picture ("on the left").
    pub sides: &'static [(Place, &'static str)],
    /// Words to ignore in questions about text, such as things that carry it ("sign").
    pub written: &'static [&'static str],
    /// Pronouns that refer to a thing named before ("it", "they").
    pub pronouns: &'static [&'static str],
    /// Idioms to ignore although they may contain a pronoun.
    pub idioms: &'static [&'static str],
    /// Words to ignore.
    pub fillers: &'static [&'static str],
    /// The articles among the words to ignore.
    pub articles: &'static [&'static str],
    /// Words for "there", as at the end of "is the dog there".
    pub there: &'static [&'static str],
    /// Words that occur only in this language, for detecting it.
    pub marks: &'static [&'static str],
    /// Number words.
    pub numbers: &'static [&'static str],
    /// Names of colours.
    pub colours: &'static [&'static str],
    /// Words for "and" and "or".
    pub joiners: &'static [&'static str],
}
