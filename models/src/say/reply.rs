//! Replies to questions, before they are put into a language.

use crate::evidence::lexicon::Concept;
use crate::evidence::place::Place;
use crate::say::form::Wanted;
use crate::sight::pixels::{Colour, Kind};

/// The evidence that an answer is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Things found by the detector and the tags.
    Things,
    /// Pixel statistics alone.
    Pixels,
    /// The description of the picture.
    Description,
    /// The text in the picture.
    Text,
    /// A published model that answers from the picture in its own words.
    Model,
    /// There is no evidence.
    Nothing,
}

/// A concept with a count.
#[derive(Debug, Clone)]
pub struct Amount<'s> {
    pub concept: &'s Concept,
    /// How many were counted, at least 1.
    pub count: usize,
    pub is_sure: bool,
}

/// A reply to a question.
#[derive(Debug, Clone)]
pub enum Reply<'s> {
    /// Yes: these things are there.
    There(Vec<Amount<'s>>),
    /// The thing may be there.
    Possibly(Amount<'s>),
    /// The answer to "how many": at least this many are there, or may be.
    AtLeast(Amount<'s>),
    /// The thing is there, or may be, but has no boxes to count.
    Uncounted(Amount<'s>),
    /// The detector looks for this thing and found none.
    Nothing(&'s Concept),
    /// The thing was not found. The detector does not look for it, and the tags name only the main thing of a picture.
    OnlyAsMain(&'s Concept),
    /// Something more general is there ("a dog"), which may or may not be what was asked for ("a poodle").
    OfWhatKind(Amount<'s>),
    /// The thirds of the picture where the thing is, from left to right, and whether it fills the picture.
    Places(Amount<'s>, Vec<Place>, bool),
    /// The thing is there, or may be, but has no box to place or measure.
    Somewhere(Amount<'s>),
    /// The colours of the picture where the thing is, most distinctive first.
    ColoursOf(Amount<'s>, Vec<&'static str>),
    /// The colours of the whole picture, largest share first.
    Colours(Vec<Colour>),
    /// The share of the picture, 0 to 1, that the thing's box covers.
    Share(Amount<'s>, f32),
    /// Width and height of the picture in pixels.
    Size(u32, u32),
    /// The kind of picture.
    Kind(Kind),
    /// The picture is of a kind in which things are not looked for; only photos and drawings are searched.
    NotLookedFor(Kind),
    /// The English description of the picture, and its most prominent things.
    Contents(String, Vec<Amount<'s>>),
    /// The things in one third of the picture.
    OnSide(Place, Vec<Amount<'s>>),
    /// The thing is mentioned in the description, which is given.
    Described(String),
    /// The question is about text, and there is no text reader.
    NoReader,
    /// What was found in the text of the picture; empty if there is no such thing.
    Text(Wanted, Vec<String>),
    /// The question names a thing that cannot be recognised.
    Unknown(String),
    /// The question refers to a thing, but none was named or found before.
    NothingMeant,
    /// A published model's answer in its own words; empty if it gave none.
    FromModel(String),
    /// The question cannot be answered from evidence.
    Declined,
}

impl Reply<'_> {
    /// The evidence that the reply is based on.
    pub fn basis(&self) -> Basis {
        match self {
            Self::Colours(_) | Self::Size(..) | Self::Kind(_) | Self::NotLookedFor(_) => Basis::Pixels,
            Self::Contents(..) | Self::Described(_) => Basis::Description,
            Self::Text(..) => Basis::Text,
            Self::FromModel(_) => Basis::Model,
            Self::NoReader | Self::Unknown(_) | Self::NothingMeant | Self::Declined => Basis::Nothing,
            _ => Basis::Things,
        }
    }

    /// True if the reply leaves the question unanswered.
    pub fn is_declined(&self) -> bool {
        matches!(
            self,
            Self::OnlyAsMain(_)
                | Self::OfWhatKind(_)
                | Self::Somewhere(_)
                | Self::NoReader
                | Self::Unknown(_)
                | Self::NothingMeant
                | Self::Declined
                | Self::NotLookedFor(Kind::Screenshot | Kind::Document)
        ) || matches!(self, Self::FromModel(text) if text.is_empty())
    }
}
