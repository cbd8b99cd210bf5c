//! The weighed evidence about one picture, with lookups for answering questions.

use crate::evidence::lexicon::{Concept, Lexicon, Seen};
use crate::evidence::{Calibration, Evidence, Thing, things};
use crate::picture::Picture;
use crate::say::description::Description;
use crate::sight::objects::Object;
use crate::sight::pixels::{Colour, Kind, colours_in};

/// Share of a box's width and height, around its centre, in which colours are measured: the background shows at its
/// edges.
const INNER: f32 = 0.6;
/// Minimum share of that area for a colour to be named, and maximum number of named colours.
const COLOUR_SHARE: f32 = 0.08;
const COLOURS: usize = 3;
/// Maximum factor by which a colour ranks higher because it is rarer in the whole picture than in the box: such colours
/// distinguish a thing from its surroundings.
const MOST_RARE: f32 = 3.0;
/// Share assumed for colours that are too rare in the picture to be among its colours.
const RARE_SHARE: f32 = 0.04;

/// The weighed evidence about one picture, with what is needed to look things up in it.
pub struct Scene<'e> {
    pub evidence: &'e Evidence,
    pub lexicon: &'e Lexicon,
    pub things: Vec<Thing<'e>>,
    calibration: &'e Calibration,
    picture: &'e Picture,
    seen: Seen,
}

/// How sure it is that a thing is in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    No,
    Possibly,
    Yes,
}

/// The result of looking for a concept in the picture.
#[derive(Debug, Clone)]
pub struct Found<'s> {
    /// The concept asked for, or the more specific one if only that was found. A concept with the name of a detected
    /// kind ("dog") keeps it when asked for.
    pub concept: &'s Concept,
    pub sure: Sure,
    /// The counted objects, likeliest first; empty if only tags show it.
    pub objects: Vec<&'s Object>,
}

impl<'e> Scene<'e> {
    /// Collects the things in a picture. `evidence` must be weighed.
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

    /// True if there is no picture: its width or height is 0.
    pub fn is_empty(&self) -> bool {
        self.evidence.size.0 == 0 || self.evidence.size.1 == 0
    }

    /// True if the networks looked for things, as they do in photos and drawings.
    pub fn has_things(&self) -> bool {
        matches!(self.evidence.pixels.kind, Kind::Photo | Kind::Drawing)
    }

    /// Looks for a concept and everything more specific.
    pub fn find(&self, concept: &'e Concept) -> Found<'_> {
        let matching = || self.things.iter().filter(|thing| is_one(thing.concept, concept));
        let by_tags = self.calibration.tag(self.seen.by_tags(&concept.extent));
        let by_things = matching().map(|thing| thing.probability).fold(0.0, f32::max);
        let sure = self.sure(by_things.max(by_tags));
        // Only things as sure as the concept as a whole are named and counted.
        let as_sure: Vec<&Thing<'_>> = matching()
            .filter(|thing| self.sure(thing.probability) == sure)
            .collect();
        let mut objects: Vec<&Object> = as_sure.iter().flat_map(|thing| thing.objects.iter().copied()).collect();
        objects.sort_by(|a, b| b.score.total_cmp(&a.score));
        Found {
            concept: match as_sure.as_slice() {
                // If a dog is asked for, the answer says "dog": its breed may be wrong, and was not asked for.
                [only] if self.lexicon.object(&concept.name).is_none() => only.concept,
                _ => concept,
            },
            sure,
            objects,
        }
    }

    /// Looks for a thing of a more general concept that may be the one asked for: "a dog" if a poodle is asked for.
    pub fn find_wider(&self, concept: &Concept) -> Option<Found<'_>> {
        let thing = self.things.iter().find(|thing| is_one(concept, thing.concept))?;
        Some(self.found(thing))
    }

    /// All things, most prominent first.
    pub fn all(&self) -> impl Iterator<Item = Found<'_>> {
        self.things.iter().map(|thing| self.found(thing))
    }

    /// True if the detector looks for such things. Others are found only by the tags, as the main thing of a picture.
    pub fn is_detected(&self, concept: &Concept) -> bool {
        self.lexicon
            .objects()
            .iter()
            .enumerate()
            .any(|(number, _)| concept.extent.has_object(number))
    }

    /// The description of the picture. `raw` is the evidence before it is weighed.
    pub fn description(&self, raw: &Evidence) -> Description {
        Description::compose(raw, self.lexicon, self.calibration)
    }

    /// The colours in the middle of an object's box, most distinctive first.
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

    /// Compares a probability with the thresholds. In a drawing nothing is sure, since the networks were trained on
    /// photos.
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

/// True if every `one` is also an `other`.
fn is_one(one: &Concept, other: &Concept) -> bool {
    one.extent.is_within(&other.extent)
}
