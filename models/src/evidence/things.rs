//! The things that objects and tags show, by name, with how many, where and how likely.

use crate::evidence::lexicon::{Concept, Lexicon, Seen};
use crate::sight::objects::Object;

use super::calibration::Calibration;
use super::evidence::Evidence;

/// Objects below this probability are not counted.
const COUNTED: f32 = 0.7;
/// Nor are those that share so much of the smaller box with a better one: a detector may draw two boxes around one dog.
const SAME: f32 = 0.6;
/// The prominence of a certain object on a twenty-fifth of the picture.
const PROMINENT: f32 = 0.3;
/// A tag has no box; it names the main thing often enough to rank like an object on a third of the picture.
const TAG_SHARE: f32 = 0.33;

/// A named thing.
#[derive(Debug, Clone)]
pub struct Thing<'e> {
    pub concept: &'e Concept,
    /// That it is there, 0 to 1.
    pub probability: f32,
    /// Probability by how much it catches the eye; for order only.
    pub prominence: f32,
    /// The objects that show it and are counted, the likeliest first; none if only tags do.
    pub objects: Vec<&'e Object>,
}

impl Thing<'_> {
    /// Whether it may be left out of a sentence only for a reason.
    pub fn is_prominent(&self) -> bool {
        self.prominence >= PROMINENT
    }
}

/// All things in weighed evidence, of which `seen` is the summary, with a probability above `least`, the most prominent first.
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

/// The best object, and those that are surely others. `objects`: best first.
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

/// Furniture and tableware is seldom what a picture is of; persons and animals mostly are.
fn weight(name: &str) -> f32 {
    match name {
        "table" | "chair" | "bench" | "couch" | "bed" | "cup" | "bottle" | "glass" | "bowl" | "book" | "fork"
        | "knife" | "spoon" | "plant" => 0.6,
        "person" => 1.2,
        _ => 1.0,
    }
}

/// The one thing that the tags agree on, unless an object already shows it.
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
