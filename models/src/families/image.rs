//! A picture as a published model of the BLIP families looked at it.

use candle_core::Tensor;

use crate::nn::qformer::ImageMemory;

/// A picture that was looked at: everything that does not depend on a text.
#[derive(Debug, Clone)]
pub struct Image {
    /// The image encoder's tokens [1, S, W].
    pub tokens: Tensor,
    /// What a Q-Former remembers of them.
    pub memory: Option<ImageMemory>,
    /// What its queries read, [1, Q, D], unless that depends on a text.
    pub queries: Option<Tensor>,
}

impl From<Tensor> for Image {
    /// Where there is no Q-Former.
    fn from(tokens: Tensor) -> Self {
        Self {
            tokens,
            memory: None,
            queries: None,
        }
    }
}
