//! The evidence about a picture, from which sentences are composed.

use crate::evidence::lexicon::{Lexicon, Seen};
use crate::sight::objects::Object;
use crate::sight::pixels::PixelEvidence;
use crate::sight::tags::Tag;

/// Everything that the networks and the pixel statistics found in one picture.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The kind of picture and its colours, from pixel statistics.
    pub pixels: PixelEvidence,
    /// The caption; None for pictures that need none, such as screenshots and blank pictures.
    pub caption: Option<CaptionEvidence>,
    /// All ImageNet classes with calibrated probabilities, in any order; empty if the pack has no tag head.
    pub tags: Vec<Tag>,
    /// Objects in any order. Their scores are the detector's, or calibrated probabilities after [`Evidence::weighed`].
    pub objects: Vec<Object>,
    /// Width and height of the picture in pixels, the unit of the objects' boxes.
    pub size: (u32, u32),
}

/// A caption, with the measures from which its probability is computed.
#[derive(Debug, Clone, Default)]
pub struct CaptionEvidence {
    /// Lower case, without a final full stop.
    pub text: String,
    /// The words of `text`, each with the summed log-probability of its tokens.
    pub words: Vec<(String, f32)>,
    /// For each of the `words`, the share (0 to 1) of the nearest training pictures whose human captions contain it;
    /// empty if not known.
    pub written: Vec<f32>,
    /// Mean log-probability per token, including the end token.
    pub mean_log_probability: f32,
    /// Image-text contrast: the greatest cosine of any query of the picture with the text, -1 to 1.
    pub itc: f32,
    /// Image-text matching: probability that picture and text match, 0 to 1.
    pub itm: f32,
    /// True if the caption is from a model for which no calibration exists.
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
    /// The scores as vectors, indexed by class number and object number.
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
