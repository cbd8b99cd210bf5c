//! From scores to probabilities, with coefficients that `training/calibrate.py` fits on judged pictures.

use serde::Deserialize;

use super::features::{FEATURES, Features};
use super::odds::{logit, sigmoid};

/// The pack's `calibration.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct Calibration {
    /// How likely all nouns of the caption are right.
    caption: Logistic,
    /// How likely an object is there that ImageNet has classes for.
    object: Witnessed,
    /// How likely a person or another object without classes is there, from the logit of the detector's score.
    unclassed_object: Line,
    /// How likely a thing is there that the tags name, from the logit of their summed probability.
    tag: Line,
    /// What large boxes are worth.
    pub boxes: Boxes,
    /// What is said in which way.
    pub thresholds: Thresholds,
}

/// Large boxes that the tags know nothing of.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Boxes {
    /// An animal on a larger share of the picture is known to the tags, of which two in five are animals ...
    pub fills: f32,
    /// ... with at least this probability, or it is none.
    pub known: f32,
    /// A box on a larger share, if it is no person's, often holds a page or a pattern ...
    pub whole: f32,
    /// ... and is never believed more.
    pub whole_at_most: f32,
}

/// From which probability on something is said in which way.
#[derive(Debug, Clone, Deserialize)]
pub struct Thresholds {
    /// The caption is said as it is.
    pub caption: f32,
    /// Things are named without "possibly".
    pub sure: f32,
    /// Things are named after "Possibly".
    pub possible: f32,
    /// "It may show ...".
    pub faint: f32,
    /// A name is made more specific ("golden retriever" instead of "dog").
    pub specific: f32,
    /// A noun stays in an unsure caption if the evidence supports it so far.
    pub supported: f32,
    /// "man" or "woman" stays in an unsure caption (else "person") if the decoder gave the word so much.
    pub person_word: f32,
    /// Below this support a person or an animal forbids the whole caption.
    pub veto: f32,
}

#[derive(Debug, Clone, Deserialize)]
struct Logistic {
    bias: f32,
    /// By the names in `FEATURES`; a missing one counts nothing.
    weights: std::collections::BTreeMap<String, f32>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Line {
    slope: f32,
    bias: f32,
}

/// What two networks make of an object: the detector that found it, and the tags that may name it too.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Witnessed {
    bias: f32,
    /// Times the logit of the detector's score.
    score: f32,
    /// Times the logit of the probability that the tags give to it.
    tags: f32,
    /// Times its share of the picture: the larger it is, the more the tags should know of it.
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

    /// The probability, 0 to 1, that an object is there which the detector gives `score`, which takes `share` of the picture, and to
    /// which the tags give the probability `tags`; None if no class shows such a thing.
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

    /// The probability, 0 to 1, that a thing is there to which the tags give this probability.
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
