//! Image encoders: pixels to tokens.

mod efficientnet;
mod levels;
mod vit;

use candle_core::Tensor;

pub use efficientnet::EfficientNetLite;
pub use vit::{Vit, VitConfig};

use crate::base::error::Result;
use crate::picture::Picture;

/// Output of an encoder.
pub struct Encoded {
    /// Tokens [1, T, W], f32.
    pub tokens: Tensor,
    /// Scores of the 1,000 ImageNet classes, not normalised, where the encoder has such a head.
    pub logits: Option<Vec<f32>>,
}

/// Turns a picture into tokens for the Q-Former.
pub trait ImageEncoder: Send + Sync {
    /// Squashes, normalises and encodes.
    fn encode(&self, picture: &Picture) -> Result<Encoded>;
}
