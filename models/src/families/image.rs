//! The encoding of a picture by a published model of the BLIP families.

use candle_core::Tensor;

use crate::nn::qformer::ImageMemory;

/// An encoded picture: everything that does not depend on a text.
#[derive(Debug, Clone)]
pub struct Image {
    /// The image encoder's tokens [1, S, W].
    pub tokens: Tensor,
    /// The Q-Former's keys and values for these tokens; None without a Q-Former.
    pub memory: Option<ImageMemory>,
    /// The Q-Former's query outputs [1, Q, D]; None without a Q-Former, or if they depend on a text.
    pub queries: Option<Tensor>,
}

impl From<Tensor> for Image {
    /// Makes an image without a Q-Former's parts.
    fn from(tokens: Tensor) -> Self {
        Self {
            tokens,
            memory: None,
            queries: None,
        }
    }
}
