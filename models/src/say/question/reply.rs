//! From a question and a scene to what can be said, in no language yet.

use crate::evidence::Evidence;
use crate::evidence::lexicon::{Concept, Mention};
use crate::evidence::place::Place;
use crate::sight::objects::Object;
use crate::sight::pixels::{Colour, Kind};

use super::Basis;
use super::form::{Form, Wanted};
use super::scene::{Found, Scene, Sure};

/// At most so many things are named in one answer.
const NAMED: usize = 4;
/// A box that covers more of the picture is everywhere.
const FILLS: f32 = 0.7;

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
        )
    }
}

impl<'s> Amount<'s> {
    fn of(found: &Found<'s>) -> Self {
        Self {
            concept: found.concept,
            count: found.objects.len().max(1),
            is_sure: found.sure == Sure::Yes,
        }
    }
}

/// What can be said of a thing. `is_narrower`: more is asked for than can be told.
pub fn of_thing<'s>(form: Form, concept: &'s Concept, is_narrower: bool, scene: &'s Scene<'_>) -> Reply<'s> {
    if !scene.has_things() {
        return Reply::NotLookedFor(scene.evidence.pixels.kind);
    }
    let found = scene.find(concept);
    if found.sure == Sure::No {
        return match scene.find_wider(concept) {
            Some(wider) => Reply::OfWhatKind(Amount::of(&wider)),
            None if scene.is_detected(concept) => Reply::Nothing(concept),
            None => Reply::OnlyAsMain(concept),
        };
    }
    let amount = Amount::of(&found);
    match form {
        Form::Presence | Form::Count if is_narrower => Reply::OfWhatKind(amount),
        Form::Presence => presence(&found, scene),
        Form::Count if found.objects.is_empty() => Reply::Uncounted(amount),
        Form::Count => Reply::AtLeast(Amount { concept, ..amount }),
        Form::Colour => match found.objects.first().map(|object| scene.colours_of(object)) {
            Some(colours) if !colours.is_empty() => Reply::ColoursOf(amount, colours),
            _ => Reply::Colours(scene.evidence.pixels.colours.clone()),
        },
        _ if found.objects.is_empty() => Reply::Somewhere(amount),
        Form::Place => {
            let share = scene.evidence.share(found.objects[0].bbox);
            Reply::Places(amount, places(&found.objects, scene.evidence), share > FILLS)
        }
        Form::Size => Reply::Share(amount, scene.evidence.share(found.objects[0].bbox)),
        Form::Kind | Form::Contents(_) | Form::Text(_) => Reply::Declined,
    }
}

/// "Yes, a dog and a cat", where animals are asked for.
fn presence<'s>(found: &Found<'s>, scene: &'s Scene<'_>) -> Reply<'s> {
    if found.sure != Sure::Yes {
        return Reply::Possibly(Amount::of(found));
    }
    let is_sure = |other: &Found<'_>| other.sure == Sure::Yes && other.concept.extent.is_within(&found.concept.extent);
    let mut there: Vec<Amount<'s>> = scene
        .all()
        .filter(is_sure)
        .take(NAMED)
        .map(|found| Amount::of(&found))
        .collect();
    if there.is_empty() {
        there.push(Amount::of(found));
    }
    Reply::There(there)
}

/// Where objects are, from left to right.
fn places(objects: &[&Object], evidence: &Evidence) -> Vec<Place> {
    let mut places: Vec<Place> = objects
        .iter()
        .map(|object| Place::of(object, evidence.size.0))
        .collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// What can be said of the whole picture.
pub fn of_picture<'s>(form: Form, raw: &Evidence, scene: &'s Scene<'_>) -> Reply<'s> {
    let evidence = scene.evidence;
    match form {
        Form::Colour if !evidence.pixels.colours.is_empty() => Reply::Colours(evidence.pixels.colours.clone()),
        Form::Size => Reply::Size(evidence.size.0, evidence.size.1),
        Form::Kind => Reply::Kind(evidence.pixels.kind),
        Form::Contents(None) if !scene.has_things() => Reply::Kind(evidence.pixels.kind),
        Form::Contents(None) => {
            let description = scene.description(raw);
            let sentences = std::iter::once(description.sentence).chain(description.more);
            let things = scene.all().take(NAMED).map(|found| Amount::of(&found)).collect();
            Reply::Contents(sentences.collect::<Vec<_>>().join(" "), things)
        }
        Form::Contents(Some(_)) if !scene.has_things() => Reply::NotLookedFor(evidence.pixels.kind),
        Form::Contents(Some(side)) => Reply::OnSide(side, on_side(side, scene)),
        _ => Reply::NothingMeant,
    }
}

fn on_side<'s>(side: Place, scene: &'s Scene<'_>) -> Vec<Amount<'s>> {
    let there = |found: Found<'s>| {
        let here = found
            .objects
            .iter()
            .filter(|object| Place::of(object, scene.evidence.size.0) == side)
            .count();
        (here > 0).then(|| Amount {
            count: here,
            ..Amount::of(&found)
        })
    };
    scene.all().filter_map(there).take(NAMED).collect()
}

/// A noun that stands for no concept may still be in the description, if that is sure.
pub fn of_word<'s>(word: &str, raw: &Evidence, scene: &Scene<'_>) -> Reply<'s> {
    let description = scene.description(raw);
    let sentence = description.sentence.to_lowercase();
    let words: Vec<&str> = sentence.trim_end_matches('.').split_whitespace().collect();
    let forms = scene.lexicon.forms(&word.to_lowercase());
    let is_it = |mention: &Mention<'_>| forms.iter().any(|form| form == mention.name);
    if description.sure && scene.has_things() && scene.lexicon.mentions(&words).iter().any(is_it) {
        Reply::Described(description.sentence)
    } else {
        Reply::Unknown(word.to_owned())
    }
}
