//! The phrases by which questions are understood, in plain lower case with "ss" for "ß"; longer ones before their parts.

use crate::evidence::place::Place;

use super::form::{Form, Wanted};
use super::german_phrases;
use super::language::Language;

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

/// The phrases of a language.
pub fn of(language: Language) -> &'static Phrases {
    match language {
        Language::English => &ENGLISH,
        Language::German => &german_phrases::GERMAN,
    }
}

static ENGLISH: Phrases = Phrases {
    follow: &["and what about", "what about", "how about", "and"],
    forms: &[
        (
            Form::Text(Wanted::Phone),
            &[
                "phone number",
                "phone numbers",
                "telephone number",
                "telephone numbers",
                "number to call",
            ],
        ),
        (
            Form::Text(Wanted::Email),
            &[
                "e mail address",
                "e mail addresses",
                "email address",
                "email addresses",
                "e mail",
                "email",
                "emails",
            ],
        ),
        (
            Form::Text(Wanted::Web),
            &["web address", "web site", "website", "internet address", "url", "link"],
        ),
        (
            Form::Text(Wanted::Total),
            &[
                "total amount",
                "amount due",
                "total",
                "sum",
                "amount",
                "price",
                "how much do i have to pay",
                "how much does it cost",
                "how much is it",
            ],
        ),
        (Form::Text(Wanted::Date), &["date", "dates"]),
        (
            Form::Text(Wanted::Buttons),
            &["buttons", "what can i press", "what can i click"],
        ),
        (Form::Count, &["how many", "number of", "count"]),
        (
            Form::Text(Wanted::Everything),
            &[
                "what is written",
                "written",
                "say",
                "says",
                "read",
                "text",
                "writing",
                "words",
            ],
        ),
        (
            Form::Colour,
            &[
                "colour of",
                "color of",
                "what colours",
                "what colors",
                "colour",
                "color",
                "colours",
                "colors",
            ],
        ),
        (Form::Place, &["whereabouts", "where"]),
        (
            Form::Size,
            &[
                "how big",
                "how large",
                "how wide",
                "how high",
                "how tall",
                "size of",
                "what size",
                "dimensions",
                "resolution",
            ],
        ),
        (
            Form::Contents(None),
            &[
                "what do you see",
                "what can you see",
                "what else do you see",
                "what else is there",
                "what does it show",
                "what does this show",
                "what does the picture show",
                "what am i looking at",
                "what objects",
                "what things",
                "what is there",
                "what is shown",
                "what is visible",
                "what is this",
                "what is that",
                "what is it",
                "what is in",
                "what is on",
                "what is",
                "describe",
                "what else",
            ],
        ),
        (
            Form::Presence,
            &[
                "is there",
                "are there",
                "do you see",
                "can you see",
                "does it show",
                "does this show",
                "does the picture show",
                "is it",
                "is this",
                "is that",
                "are these",
                "are those",
                "any",
                "visible",
            ],
        ),
    ],
    picture: &[
        "in the picture",
        "in this picture",
        "in the photo",
        "in this photo",
        "in the image",
        "in this image",
        "on the picture",
        "on this picture",
        "on the photo",
        "on this photo",
        "on the image",
        "on the screen",
        "of the picture",
        "of this picture",
        "of the photo",
        "of the image",
        "of this image",
        "the whole picture",
        "the picture",
        "this picture",
        "the photo",
        "this photo",
        "the image",
        "this image",
        "picture",
        "photo",
        "image",
    ],
    kind: &[
        "kind of picture",
        "kind of image",
        "kind of photo",
        "sort of picture",
        "sort of image",
        "type of picture",
        "type of image",
        "kind of a picture",
    ],
    kinds: &[
        "photo",
        "photograph",
        "screenshot",
        "drawing",
        "painting",
        "icon",
        "document",
        "diagram",
        "what kind of",
        "what sort of",
        "what type of",
    ],
    is: &["is", "are"],
    this: &["this", "it", "that"],
    sides: &[
        (Place::Left, "on the left side"),
        (Place::Left, "on the left"),
        (Place::Left, "to the left"),
        (Place::Middle, "in the middle"),
        (Place::Middle, "in the center"),
        (Place::Middle, "in the centre"),
        (Place::Right, "on the right side"),
        (Place::Right, "on the right"),
        (Place::Right, "to the right"),
    ],
    written: &[
        "sign", "signs", "page", "label", "screen", "menu", "letter", "receipt", "bill", "invoice", "poster", "book",
        "button", "document", "package", "what", "which", "read", "say", "written", "to", "out", "aloud", "all",
        "whole", "how", "much", "on", "in",
    ],
    pronouns: &["it", "they", "them", "this", "that", "these", "those", "ones", "one"],
    idioms: &["do you see", "can you see", "is there", "are there"],
    fillers: &[
        "which", "a", "an", "the", "any", "some", "there", "is", "are", "does", "do", "did", "you", "can", "could",
        "see", "find", "have", "has", "here", "please", "also", "now", "visible", "shown", "tell", "me", "show", "my",
        "what", "was", "were", "i",
    ],
    articles: &["a", "an", "the", "any", "some"],
    there: &["there", "here"],
    marks: &[
        "where", "how", "many", "and", "of", "this", "that", "it", "say", "read", "about", "color", "colour",
        "picture", "who",
    ],
    numbers: &["one", "two", "three", "four", "five", "six", "several", "many"],
    colours: &[
        "black",
        "white",
        "grey",
        "gray",
        "red",
        "green",
        "blue",
        "yellow",
        "orange",
        "brown",
        "pink",
        "purple",
        "beige",
        "turquoise",
    ],
    joiners: &["and", "or"],
};
