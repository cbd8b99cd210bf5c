//! What is known about a picture before a sentence is made of it.

use crate::kind::PixelEvidence;
use crate::lexicon::{Lexicon, Seen};
use crate::objects::Object;
use crate::tags::Tag;

use super::Calibration;

/// Everything that the parts of the engine found in one picture.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Kind and colours.
    pub pixels: PixelEvidence,
    /// None if the pack has no language model or the pixels make it pointless.
    pub caption: Option<CaptionEvidence>,
    /// All ImageNet classes with calibrated probabilities, in any order; empty if the pack has no tag head.
    pub tags: Vec<Tag>,
    /// Objects with the detector's raw scores, in any order.
    pub objects: Vec<Object>,
    /// Width and height of the picture in pixels, the same pixels as the objects' boxes.
    pub size: (u32, u32),
}

/// A caption and how sure the networks are of it.
#[derive(Debug, Clone, Default)]
pub struct CaptionEvidence {
    /// Lower case, without a final full stop.
    pub text: String,
    /// The words of `text`, each with the summed log-probability of its pieces.
    pub words: Vec<(String, f32)>,
    /// Mean log-probability of the pieces, the end included.
    pub mean_log_probability: f32,
    /// Cosine of the picture's best query and the text, -1 to 1.
    pub itc: f32,
    /// Probability that picture and text match, 0 to 1.
    pub itm: f32,
    /// Other captions (further beams, or samples with a fixed seed).
    pub alternatives: Vec<String>,
}

impl Evidence {
    /// The probabilities by class and object number: tags as they are, objects as calibrated.
    pub fn seen(&self, lexicon: &Lexicon, calibration: &Calibration) -> Seen {
        let mut seen = Seen {
            classes: vec![0.0; lexicon.classes().len()],
            objects: vec![0.0; lexicon.objects().len()],
        };
        for tag in &self.tags {
            if let Some(class) = lexicon.class(&tag.name) {
                seen.classes[class] = tag.score;
            }
        }
        for object in &self.objects {
            if let Some(number) = lexicon.object(object.name) {
                seen.objects[number] = seen.objects[number].max(calibration.object(object.score));
            }
        }
        seen
    }

    /// The share of the picture that a box covers, 0 to 1.
    pub fn share(&self, bbox: [f32; 4]) -> f32 {
        let (width, height) = (self.size.0.max(1) as f32, self.size.1.max(1) as f32);
        (bbox[2] / width * (bbox[3] / height)).clamp(0.0, 1.0)
    }
}
