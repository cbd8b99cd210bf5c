//! What is known of one picture, weighed once for all questions about it.

use crate::evidence::lexicon::{Concept, Lexicon, Seen};
use crate::evidence::{Calibration, Evidence, Thing, things};
use crate::picture::Picture;
use crate::say::description::Description;
use crate::sight::objects::Object;
use crate::sight::pixels::{Colour, Kind, colours_in};

/// So much of a box is looked at for its colours, about its middle: at the edges is what lies behind.
const INNER: f32 = 0.6;
/// A colour must take so much of that to be named, and at most so many are.
const COLOUR_SHARE: f32 = 0.08;
const COLOURS: usize = 3;
/// A colour counts for more, up to so many times, the rarer it is in the whole picture: that is what tells a thing from its surroundings.
const MOST_RARE: f32 = 3.0;
/// What `kind::judge` does not tell of.
const RARE_SHARE: f32 = 0.04;

/// Weighed evidence.
pub struct Scene<'e> {
    pub evidence: &'e Evidence,
    pub lexicon: &'e Lexicon,
    pub things: Vec<Thing<'e>>,
    calibration: &'e Calibration,
    picture: &'e Picture,
    seen: Seen,
}

/// How sure it is that something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    No,
    Possibly,
    Yes,
}

/// What was found of a concept.
#[derive(Debug, Clone)]
pub struct Found<'s> {
    /// The concept itself, or something more specific that is all that was found of it. An object that is asked for by its name keeps it.
    pub concept: &'s Concept,
    pub sure: Sure,
    /// Those that are counted, the likeliest first; empty if only tags show it.
    pub objects: Vec<&'s Object>,
}

impl<'e> Scene<'e> {
    /// `evidence` must be weighed.
    pub fn new(
        evidence: &'e Evidence,
        picture: &'e Picture,
        lexicon: &'e Lexicon,
        calibration: &'e Calibration,
    ) -> Self {
        let seen = evidence.seen(lexicon);
        let things = things(evidence, &seen, lexicon, calibration, calibration.thresholds.possible);
        Self {
            evidence,
            lexicon,
            things,
            calibration,
            picture,
            seen,
        }
    }

    /// Whether anything was looked at.
    pub fn is_empty(&self) -> bool {
        self.evidence.size.0 == 0 || self.evidence.size.1 == 0
    }

    /// Whether the networks looked for things at all.
    pub fn has_things(&self) -> bool {
        matches!(self.evidence.pixels.kind, Kind::Photo | Kind::Drawing)
    }

    /// What there is of a concept.
    pub fn find(&self, concept: &'e Concept) -> Found<'_> {
        let matching = || self.things.iter().filter(|thing| is_one(thing.concept, concept));
        let by_tags = self.calibration.tag(self.seen.by_tags(&concept.extent));
        let by_things = matching().map(|thing| thing.probability).fold(0.0, f32::max);
        let sure = self.sure(by_things.max(by_tags));
        // What is less sure than the whole neither names nor counts it.
        let as_sure: Vec<&Thing<'_>> = matching()
            .filter(|thing| self.sure(thing.probability) == sure)
            .collect();
        let mut objects: Vec<&Object> = as_sure.iter().flat_map(|thing| thing.objects.iter().copied()).collect();
        objects.sort_by(|a, b| b.score.total_cmp(&a.score));
        Found {
            concept: match as_sure.as_slice() {
                // A dog that is asked for stays a dog: its breed may be wrong, and nobody asked.
                [only] if self.lexicon.object(&concept.name).is_none() => only.concept,
                _ => concept,
            },
            sure,
            objects,
        }
    }

    /// A thing of which nothing more is known than that it may be one of these ("a dog", where a poodle is asked for).
    pub fn find_wider(&self, concept: &Concept) -> Option<Found<'_>> {
        let thing = self.things.iter().find(|thing| is_one(concept, thing.concept))?;
        Some(self.found(thing))
    }

    /// The most prominent things, the first first.
    pub fn all(&self) -> impl Iterator<Item = Found<'_>> {
        self.things.iter().map(|thing| self.found(thing))
    }

    /// Whether the detector looks for such things; else they are known only as the main thing of a picture.
    pub fn is_detected(&self, concept: &Concept) -> bool {
        self.lexicon
            .objects()
            .iter()
            .enumerate()
            .any(|(number, _)| concept.extent.has_object(number))
    }

    /// What is said of the picture unasked.
    pub fn description(&self, raw: &Evidence) -> Description {
        Description::compose(raw, self.lexicon, self.calibration)
    }

    /// The colours in the middle of an object's box, the most telling first.
    pub fn colours_of(&self, object: &Object) -> Vec<&'static str> {
        let rgb = self.picture.rgb();
        let scale = |length: u32, all: u32| length as f32 / all.max(1) as f32;
        let (across, down) = (
            scale(rgb.width(), self.evidence.size.0),
            scale(rgb.height(), self.evidence.size.1),
        );
        let [x, y, width, height] = object.bbox;
        let edge = (1.0 - INNER) / 2.0;
        let part = [
            (x + width * edge) * across,
            (y + height * edge) * down,
            width * INNER * across,
            height * INNER * down,
        ];
        let whole = |name| {
            let colour = self.evidence.pixels.colours.iter().find(|colour| colour.name == name);
            colour.map_or(RARE_SHARE, |colour| colour.share)
        };
        let telling = |colour: &Colour| colour.share * (colour.share / whole(colour.name)).min(MOST_RARE);
        let mut colours = colours_in(rgb, part.map(|length| length.round().max(0.0) as u32));
        colours.retain(|colour| colour.share >= COLOUR_SHARE);
        colours.sort_by(|a, b| telling(b).total_cmp(&telling(a)));
        colours.iter().map(|colour| colour.name).take(COLOURS).collect()
    }

    fn found<'s>(&self, thing: &'s Thing<'e>) -> Found<'s> {
        Found {
            concept: thing.concept,
            sure: self.sure(thing.probability),
            objects: thing.objects.clone(),
        }
    }

    /// A drawing is never sure: the networks know photos.
    fn sure(&self, probability: f32) -> Sure {
        let thresholds = &self.calibration.thresholds;
        if probability >= thresholds.sure && self.evidence.pixels.kind == Kind::Photo {
            Sure::Yes
        } else if probability >= thresholds.possible {
            Sure::Possibly
        } else {
            Sure::No
        }
    }
}

/// Whether every `one` is also an `other`.
fn is_one(one: &Concept, other: &Concept) -> bool {
    one.extent.is_within(&other.extent)
}
