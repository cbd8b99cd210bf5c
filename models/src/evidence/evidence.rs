//! What is known about a picture before a sentence is made of it.

use crate::evidence::lexicon::{Lexicon, Seen};
use crate::sight::objects::Object;
use crate::sight::pixels::PixelEvidence;
use crate::sight::tags::Tag;

/// Everything that the parts of the engine found in one picture.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Kind and colours.
    pub pixels: PixelEvidence,
    /// None if the pack has no language model or the pixels make it pointless.
    pub caption: Option<CaptionEvidence>,
    /// All ImageNet classes with calibrated probabilities, in any order; empty if the pack has no tag head.
    pub tags: Vec<Tag>,
    /// Objects in any order, with the detector's own scores until [`Evidence::weighed`] has set them against the tags.
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
    /// The share of the most like pictures, 0 to 1, of which people wrote each of the `words`; empty if that is not known.
    pub written: Vec<f32>,
    /// Mean log-probability of the pieces, the end included.
    pub mean_log_probability: f32,
    /// Cosine of the picture's best query and the text, -1 to 1.
    pub itc: f32,
    /// Probability that picture and text match, 0 to 1.
    pub itm: f32,
    /// Whether a model wrote it of which nobody knows how often it is right.
    pub uncalibrated: bool,
    /// Other captions (further beams, or samples with a fixed seed).
    pub alternatives: Vec<String>,
}

impl CaptionEvidence {
    /// The words without their log-probabilities.
    #[must_use]
    pub fn bare_words(&self) -> Vec<&str> {
        self.words.iter().map(|(word, _)| word.as_str()).collect()
    }
}

impl Evidence {
    /// The scores by class and object number.
    pub fn seen(&self, lexicon: &Lexicon) -> Seen {
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
                seen.objects[number] = seen.objects[number].max(object.score);
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
