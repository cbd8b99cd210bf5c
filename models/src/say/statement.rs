//! What is said of a picture unasked, in no language yet.

use crate::evidence::place::Place;
use crate::sight::pixels::Kind;

/// Some of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// English, singular, without an article: the name by which every language knows the thing.
    pub name: String,
    /// None: several.
    pub count: Option<usize>,
    /// False for what English counts by no number ("broccoli").
    pub countable: bool,
}

/// How near a thing seems by its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    Near,
    Between,
    Far,
}

/// Which line of the text is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// There is no other.
    Only,
    /// It is clearly larger than the others.
    Largest,
    /// None stands out.
    First,
}

/// A sentence that a language model wrote, in English.
#[derive(Debug, Clone, PartialEq)]
pub struct Caption {
    /// Lower case, without a full stop.
    pub text: String,
    /// Whether it is said without "possibly".
    pub sure: bool,
    /// What it does not mention.
    pub also: Option<Amount>,
    /// The nouns in it, for languages that the model does not write.
    pub nouns: Vec<Amount>,
    /// What is said where those have no word for any of them.
    pub otherwise: Vec<Statement>,
}

/// One sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// Nothing but black.
    Black,
    /// Nothing but noise.
    Noise,
    /// Nothing but a colour that changes smoothly; the colours.
    Gradient(Vec<&'static str>),
    /// Nothing but one colour, if it has a name.
    Blank(Option<&'static str>),
    /// A screenshot, a page or a drawing, and its colours.
    Kind(Kind, Vec<&'static str>),
    /// A drawing, its colours and what it may show.
    DrawingOf(Vec<&'static str>, Amount),
    /// A photo, as a language model describes it.
    Caption(Caption),
    /// A photo of these.
    Photo(Vec<Amount>),
    /// These are probably there.
    Possibly(Vec<Amount>),
    /// A photo of which only colours and perhaps a guess can be told.
    Unclear(Vec<&'static str>, Option<Amount>),
    /// Where a thing is: how many of it in which third, from left to right.
    Placed(Amount, Vec<(Place, usize)>, Distance),
    /// Names and probabilities, 0 to 1, of classes.
    Tags(Vec<(String, f32)>),
    /// The colours of the picture, the most of it first.
    Colours(Vec<&'static str>),
    /// Width and height in pixels.
    Size(u32, u32),
    /// No text was found.
    NoText,
    /// What a line says, whether its letters are sure, and whether it goes on.
    Heading(Heading, String, bool, bool),
    /// How many lines of text there are.
    Lines(usize),
    /// What is written on buttons, and how many more there are.
    Buttons(Vec<String>, usize),
    /// All lines follow.
    TextFollows,
    /// A line as it is written.
    Line(String),
}
