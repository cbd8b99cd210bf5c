//! Whether words and a picture belong together, both read at once: the judge of finding.
//!
//! It is the Q-Former of captions, trained further for nothing but this task, as BLIP-2 is published once for captions and once for retrieval.
//! Keys and values of pictures stayed as they were, so that it reads the memories that the captioner makes.

use candle_core::{Device, Tensor};

use crate::base::error::PackError;
use crate::nn::qformer::{ImageMemory, Matching, QFormer, QFormerConfig, TextBranch};
use crate::weights::checkpoint::{Precision, Weights};
use crate::weights::pack::Pack;
use crate::weights::tensors::tensors;

/// What is other than in the captioner's weights.
const WEIGHTS: &str = "matcher.gguf";

/// A Q-Former with its matching head (ITM).
pub(crate) struct Matcher {
    qformer: QFormer,
    matching: Matching,
}

impl Matcher {
    /// Loads `matcher.gguf` over the captioner's weights, the file `captioner`.
    pub(crate) fn open(
        pack: &Pack,
        captioner: &str,
        config: &QFormerConfig,
        device: &Device,
    ) -> Result<Self, PackError> {
        let mut weights = tensors(pack, captioner, device)?;
        for (name, tensor) in tensors(pack, WEIGHTS, device)? {
            match weights.get_mut(&name) {
                Some(other) if other.dims() == tensor.dims() => *other = tensor,
                _ => return Err(pack.unusable(WEIGHTS, format!("{name} is not as in {captioner}"))),
            }
        }
        let weights = Weights::of_tensors(weights, Precision::Stored, device);
        let parts = |error: candle_core::Error| pack.unusable(WEIGHTS, error);
        Ok(Self {
            qformer: QFormer::load(config, TextBranch::Beside, &weights).map_err(parts)?,
            matching: Matching::load(config, &weights).map_err(parts)?,
        })
    }

    /// The log-odds [B] that a text (ids with its first and last marks) belongs to each of the pictures that are remembered.
    pub(crate) fn log_odds(&self, pictures: &[&ImageMemory], ids: &[u32]) -> candle_core::Result<Tensor> {
        self.matching
            .log_odds(&self.qformer, &ImageMemory::stack(pictures)?, ids)
    }
}
