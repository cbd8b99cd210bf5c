//! Logistic models that turn scores into probabilities. `training/calibrate.py` fits their coefficients on judged
//! pictures.

use serde::Deserialize;

use super::features::{FEATURES, Features};
use super::odds::{logit, sigmoid};

/// Coefficients and thresholds from the pack's `calibration.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct Calibration {
    /// Probability that all nouns of the caption are right.
    caption: Logistic,
    /// Probability that a detected object is there, for objects that ImageNet has classes for.
    object: Witnessed,
    /// Probability that a person or another object without classes is there, from the logit of the detector's score.
    unclassed_object: Line,
    /// Probability that a thing is there, from the logit of its summed tag probability.
    tag: Line,
    /// Limits on large boxes that the tags do not confirm.
    pub boxes: Boxes,
    /// Probabilities at which the wording changes.
    pub thresholds: Thresholds,
}

/// Limits on large boxes that the tags do not confirm.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Boxes {
    /// An animal whose box covers more than this share of the picture is discarded unless the tags confirm it: two in
    /// five ImageNet classes are animals.
    pub fills: f32,
    /// Tag probability from which on the tags confirm an object.
    pub known: f32,
    /// An unconfirmed box that covers more than this share of the picture, and is not a person's, often holds a page or
    /// a pattern, so its probability is capped.
    pub whole: f32,
    /// The cap on the probability of such a box.
    pub whole_at_most: f32,
}

/// Probabilities from which on something is said in a certain way.
#[derive(Debug, Clone, Deserialize)]
pub struct Thresholds {
    /// The caption is said without "possibly".
    pub caption: f32,
    /// Things are named without "possibly".
    pub sure: f32,
    /// Things are named after "Possibly".
    pub possible: f32,
    /// Things are named as a guess: "It may show ...".
    pub faint: f32,
    /// A more specific name is used ("golden retriever" instead of "dog").
    pub specific: f32,
    /// A noun stays in an unsure caption if its support is at least this.
    pub supported: f32,
    /// "man" or "woman" stays in an unsure caption, and does not become "person", if the decoder gave the word at least
    /// this probability.
    pub person_word: f32,
    /// A caption that names a person or an animal with less support than this is not said at all.
    pub veto: f32,
}

#[derive(Debug, Clone, Deserialize)]
struct Logistic {
    bias: f32,
    /// Weights by feature name, as in `FEATURES`; missing ones are 0.
    weights: std::collections::BTreeMap<String, f32>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Line {
    slope: f32,
    bias: f32,
}

/// Logistic model of an object from the detector's score, the tags and the size of its box.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Witnessed {
    bias: f32,
    /// Coefficient of the logit of the detector's score.
    score: f32,
    /// Coefficient of the logit of the object's summed tag probability.
    tags: f32,
    /// Coefficient of the share of the picture that the box covers: the larger it is, the more the tags should confirm
    /// it.
    share: f32,
}

impl Calibration {
    /// Reads `calibration.json`.
    ///
    /// # Errors
    /// If the bytes are not JSON of this layout.
    pub fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// The probability, 0 to 1, that every noun of the caption is right.
    pub fn caption(&self, features: &Features) -> f32 {
        let weight = |name: &str| self.caption.weights.get(name).copied().unwrap_or(0.0);
        let sum: f32 = FEATURES
            .iter()
            .zip(features)
            .map(|(name, value)| weight(name) * value)
            .sum();
        sigmoid(self.caption.bias + sum)
    }

    /// The probability, 0 to 1, that a detected object is there. `score`: the detector's; `share`: of the picture that
    /// the box covers; `tags`: summed tag probability of its concept, None if it has no classes.
    pub fn object(&self, score: f32, share: f32, tags: Option<f32>) -> f32 {
        match tags {
            Some(tags) if score > 0.0 => {
                let by = self.object;
                sigmoid(by.bias + by.score * logit(score) + by.tags * logit(tags) + by.share * share)
            }
            Some(_) => 0.0,
            None => self.unclassed_object.apply(score),
        }
    }

    /// The probability, 0 to 1, that a thing with this summed tag probability is there.
    pub fn tag(&self, probability: f32) -> f32 {
        self.tag.apply(probability)
    }
}

impl Line {
    fn apply(self, score: f32) -> f32 {
        if score <= 0.0 {
            0.0
        } else {
            sigmoid(self.slope * logit(score) + self.bias)
        }
    }
}
