//! Statements that descriptions consist of, before they are put into a language.

use crate::evidence::place::Place;
use crate::sight::pixels::Kind;

/// A thing with a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// English name in the singular, without an article. Other languages look up their own name by it.
    pub name: String,
    /// How many there are; None for more than one without a number.
    pub count: Option<usize>,
    /// False for names that English does not count ("broccoli").
    pub countable: bool,
}

/// Estimated distance of a thing, from the share of the picture it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    Near,
    Between,
    Far,
}

/// Which line of a text is quoted as its heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// The only line.
    Only,
    /// A line that is clearly larger than the usual one.
    Largest,
    /// The first line, because none is clearly larger.
    First,
}

/// A sentence that a language model wrote, in English.
#[derive(Debug, Clone, PartialEq)]
pub struct Caption {
    /// The caption without a final full stop. glance's are in lower case.
    pub text: String,
    /// True if it is said without "possibly".
    pub sure: bool,
    /// A prominent thing that the caption does not mention.
    pub also: Option<Amount>,
    /// The nouns in the caption, for languages that the model does not write.
    pub nouns: Vec<Amount>,
    /// Statements to use instead where a language has no word for any of the nouns.
    pub otherwise: Vec<Statement>,
}

/// One sentence of a description.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// A black picture.
    Black,
    /// A picture of nothing but noise.
    Noise,
    /// A picture of nothing but a smooth gradient, with its colours.
    Gradient(Vec<&'static str>),
    /// A picture of a single colour; None if the colour has no name.
    Blank(Option<&'static str>),
    /// A screenshot, a page or a drawing, with its colours.
    Kind(Kind, Vec<&'static str>),
    /// A drawing, with its colours and the thing it may show.
    DrawingOf(Vec<&'static str>, Amount),
    /// A photo with a language model's caption.
    Caption(Caption),
    /// A photo that shows these things for sure.
    Photo(Vec<Amount>),
    /// A photo that possibly shows these things.
    Possibly(Vec<Amount>),
    /// A photo in which nothing was recognised: its colours, and a guess if there is one.
    Unclear(Vec<&'static str>, Option<Amount>),
    /// The place of a thing: how many of it are in each third of the picture, from left to right, and its distance.
    Placed(Amount, Vec<(Place, usize)>, Distance),
    /// Names of ImageNet classes with their probabilities, 0 to 1.
    Tags(Vec<(String, f32)>),
    /// The colours of the picture, largest share first.
    Colours(Vec<&'static str>),
    /// Width and height in pixels.
    Size(u32, u32),
    /// No text was found.
    NoText,
    /// A quoted line of text: its text, whether it was read with confidence, and whether it was cut off.
    Heading(Heading, String, bool, bool),
    /// The number of lines of text.
    Lines(usize),
    /// The labels of some buttons, and the number of further buttons.
    Buttons(Vec<String>, usize),
    /// An announcement that all lines of text follow.
    TextFollows,
    /// A line of text, verbatim.
    Line(String),
}
