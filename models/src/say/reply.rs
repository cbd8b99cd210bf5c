//! What can be said to a question, in no language yet.

use crate::evidence::lexicon::Concept;
use crate::evidence::place::Place;
use crate::say::form::Wanted;
use crate::sight::pixels::{Colour, Kind};

/// What an answer rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// What the detector and the tags found.
    Things,
    /// Pixels alone.
    Pixels,
    /// The description that the picture gets unasked.
    Description,
    /// The text in the picture.
    Text,
    /// A published model that looks at the picture and answers in its own words.
    Model,
    /// There is no evidence.
    Nothing,
}

/// Some of a thing.
#[derive(Debug, Clone)]
pub struct Amount<'s> {
    pub concept: &'s Concept,
    /// At least one.
    pub count: usize,
    pub is_sure: bool,
}

/// What can be said.
#[derive(Debug, Clone)]
pub enum Reply<'s> {
    /// These are there.
    There(Vec<Amount<'s>>),
    /// Perhaps.
    Possibly(Amount<'s>),
    /// At least so many are there, or may be.
    AtLeast(Amount<'s>),
    /// It is there, and cannot be counted.
    Uncounted(Amount<'s>),
    /// None was found.
    Nothing(&'s Concept),
    /// It was not found, and would be only if it filled the picture.
    OnlyAsMain(&'s Concept),
    /// Something is there that may be what is meant.
    OfWhatKind(Amount<'s>),
    /// The places of some, from left to right; whether it fills the picture.
    Places(Amount<'s>, Vec<Place>, bool),
    /// It is there, nobody knows where.
    Somewhere(Amount<'s>),
    /// The colours of where it is, the most telling first.
    ColoursOf(Amount<'s>, Vec<&'static str>),
    /// The colours of the picture, by share.
    Colours(Vec<Colour>),
    /// The share of the picture that it fills.
    Share(Amount<'s>, f32),
    /// Width and height of the picture.
    Size(u32, u32),
    /// The kind of picture.
    Kind(Kind),
    /// Things are looked for only in photos and drawings.
    NotLookedFor(Kind),
    /// What is said unasked, and the things in it.
    Contents(String, Vec<Amount<'s>>),
    /// What is on one side.
    OnSide(Place, Vec<Amount<'s>>),
    /// The description speaks of it.
    Described(String),
    /// There is no reader.
    NoReader,
    /// What was found in the text; nothing if there is no such thing.
    Text(Wanted, Vec<String>),
    /// Nobody knows such a thing.
    Unknown(String),
    /// "It" stands for nothing.
    NothingMeant,
    /// A language model's own words; empty if it has none.
    FromModel(String),
    /// There is no evidence for an answer.
    Declined,
}

impl Reply<'_> {
    /// What the reply rests on.
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

    /// Whether the question stays open.
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
