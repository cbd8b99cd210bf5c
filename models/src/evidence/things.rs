//! Merges detected objects and tags into named things, with their probability, prominence and objects.

use crate::evidence::lexicon::{Concept, Lexicon, Seen};
use crate::sight::objects::Object;

use super::calibration::Calibration;
use super::evidence::Evidence;

/// Minimum probability of an object that is counted. The best object of a name counts even below it.
const COUNTED: f32 = 0.7;
/// Maximum overlap with a better object, as a share of the smaller box, for an object to be counted: a detector may
/// draw two boxes around one dog.
const SAME: f32 = 0.6;
/// Prominence from which on a thing is prominent: that of a certain object that covers 1/25 of the picture.
const PROMINENT: f32 = 0.3;
/// The share of the picture that a thing known only from tags is ranked with. Tags have no boxes, but often name the
/// main thing.
const TAG_SHARE: f32 = 0.33;

/// A named thing.
#[derive(Debug, Clone)]
pub struct Thing<'e> {
    pub concept: &'e Concept,
    /// Probability that the thing is in the picture, 0 to 1.
    pub probability: f32,
    /// Probability weighted by size and by how often such things are the subject of a picture. Only for sorting.
    pub prominence: f32,
    /// The counted objects that show the thing, likeliest first; empty if only tags show it.
    pub objects: Vec<&'e Object>,
}

impl Thing<'_> {
    /// True if a sentence should mention the thing.
    pub fn is_prominent(&self) -> bool {
        self.prominence >= PROMINENT
    }
}

/// All things with a probability above `least`, most prominent first. `evidence` must be weighed, and `seen` is its
/// summary.
pub fn things<'e>(
    evidence: &'e Evidence,
    seen: &Seen,
    lexicon: &'e Lexicon,
    calibration: &Calibration,
    least: f32,
) -> Vec<Thing<'e>> {
    let mut found = from_objects(evidence, lexicon, calibration, seen);
    found.extend(from_tags(lexicon, calibration, seen, least, &found));
    found.retain(|thing| thing.probability > least);
    found.sort_by(|a, b| b.prominence.total_cmp(&a.prominence));
    found
}

fn from_objects<'e>(
    evidence: &'e Evidence,
    lexicon: &'e Lexicon,
    calibration: &Calibration,
    seen: &Seen,
) -> Vec<Thing<'e>> {
    let mut found: Vec<Thing<'e>> = Vec::new();
    for object in &evidence.objects {
        let Some(general) = lexicon.concept_of_object(object.name) else {
            continue;
        };
        match found
            .iter_mut()
            .find(|thing| thing.objects.iter().any(|other| other.name == object.name))
        {
            Some(thing) => thing.objects.push(object),
            None => found.push(Thing {
                concept: general,
                probability: 0.0,
                prominence: 0.0,
                objects: vec![object],
            }),
        }
    }
    for thing in &mut found {
        thing.objects.sort_by(|a, b| b.score.total_cmp(&a.score));
        let by_tags = calibration.tag(seen.by_tags(&thing.concept.extent));
        thing.probability = seen.by_objects(&thing.concept.extent).max(by_tags);
        let share = thing
            .objects
            .iter()
            .map(|object| object.score * evidence.share(object.bbox))
            .fold(0.0, f32::max);
        thing.prominence = thing.probability * (0.1 + share.sqrt()) * weight(&thing.concept.name);
        thing.objects = counted(&thing.objects);
        if thing.objects.len() == 1 {
            thing.concept = lexicon.more_specific(thing.concept, seen, calibration.thresholds.specific);
        }
    }
    found
}

/// The best object, and the others that are likely and overlap little with better ones. `objects` are sorted best
/// first.
fn counted<'e>(objects: &[&'e Object]) -> Vec<&'e Object> {
    let mut counted: Vec<&Object> = Vec::new();
    for object in objects {
        let is_other = object.score >= COUNTED && counted.iter().all(|other| object.shared(other) < SAME);
        if counted.is_empty() || is_other {
            counted.push(object);
        }
    }
    counted
}

/// Factor on the prominence of a concept: less for furniture and tableware, which are seldom the subject of a picture,
/// more for persons, which often are.
fn weight(name: &str) -> f32 {
    match name {
        "table" | "chair" | "bench" | "couch" | "bed" | "cup" | "bottle" | "glass" | "bowl" | "book" | "fork"
        | "knife" | "spoon" | "plant" => 0.6,
        "person" => 1.2,
        _ => 1.0,
    }
}

/// The most specific concept that the tags agree on, as a thing; None if an object already shows it.
fn from_tags<'e>(
    lexicon: &'e Lexicon,
    calibration: &Calibration,
    seen: &Seen,
    least: f32,
    objects: &[Thing<'_>],
) -> Option<Thing<'e>> {
    let thresholds = &calibration.thresholds;
    let (concept, _) = [thresholds.specific, thresholds.possible, least]
        .iter()
        .find_map(|least| lexicon.most_specific(seen, *least))?;
    if objects
        .iter()
        .any(|thing| thing.probability > least && thing.concept.extent.meets(&concept.extent))
    {
        return None;
    }
    let probability = calibration.tag(seen.by_tags(&concept.extent));
    Some(Thing {
        concept,
        probability,
        prominence: probability * (0.1 + TAG_SHARE.sqrt()),
        objects: Vec::new(),
    })
}
