//! Turns the detector's scores into probabilities, using the tags as a second opinion.

use super::calibration::Calibration;
use super::evidence::Evidence;
use crate::evidence::lexicon::{Lexicon, NounKind, Seen};
use crate::sight::objects::Object;

impl Evidence {
    /// A copy in which each object's score is its calibrated probability, from the detector's score, the size of the
    /// box and the tags.
    #[must_use]
    pub fn weighed(&self, lexicon: &Lexicon, calibration: &Calibration) -> Self {
        let seen = self.seen(lexicon);
        let boxes = calibration.boxes;
        let mut weighed = self.clone();
        for object in &mut weighed.objects {
            let share = self.share(object.bbox);
            let tags = self.tags_of(object, lexicon, &seen);
            let known = tags.is_some_and(|tags| tags >= boxes.known);
            // Tags speak of the picture, not of a box: they confirm one object of a name, not its fellows.
            let is_best = lexicon
                .object(object.name)
                .is_some_and(|number| object.score >= seen.objects[number]);
            let probability = calibration.object(object.score, share, tags.filter(|_| is_best));
            object.score = if !known && tags.is_some() && share > boxes.fills && is_animal(object.name, lexicon) {
                0.0
            } else if !known && share > boxes.whole && !is_person(object.name, lexicon) {
                probability.min(boxes.whole_at_most)
            } else {
                probability
            };
        }
        weighed
    }

    /// The summed tag probability, 0 to 1, of the object's concept; None for persons, for concepts without ImageNet
    /// classes, and if there are no tags.
    pub fn tags_of(&self, object: &Object, lexicon: &Lexicon, seen: &Seen) -> Option<f32> {
        let concept = lexicon.concept_of_object(object.name)?;
        let has_classes = concept.extent.has_classes() && !is_person(object.name, lexicon) && !self.tags.is_empty();
        has_classes.then(|| seen.by_tags(&concept.extent))
    }
}

fn is_person(object: &str, lexicon: &Lexicon) -> bool {
    lexicon.noun(object).is_some_and(|noun| noun.kind == NounKind::Person)
}

fn is_animal(object: &str, lexicon: &Lexicon) -> bool {
    lexicon
        .concept_of_object(object)
        .is_some_and(|concept| lexicon.is_animal(&concept.extent))
}
