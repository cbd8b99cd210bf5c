//! Image-text matching for searches: a Q-Former reads a text and a picture together and predicts whether they match.
//!
//! It is the captioner's Q-Former, fine-tuned for this task alone, as BLIP-2 is published once for captions and once
//! for retrieval. The projections to the pictures' keys and values were frozen, so it can read memories that the
//! captioner made.

use candle_core::{Device, Tensor};

use crate::base::error::PackError;
use crate::nn::qformer::{ImageMemory, Matching, QFormer, QFormerConfig, TextBranch};
use crate::weights::checkpoint::{Precision, Weights};
use crate::weights::pack::Pack;
use crate::weights::tensors::tensors;

/// The weights that differ from the captioner's.
const WEIGHTS: &str = "matcher.gguf";

/// A Q-Former with its image-text matching head (ITM).
pub(crate) struct Matcher {
    qformer: QFormer,
    matching: Matching,
}

impl Matcher {
    /// Loads the captioner's weights from the file `captioner` and replaces those that are in `matcher.gguf`.
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

    /// The log-odds [B] that a text matches each of the pictures. `ids` include the text's start and end tokens.
    pub(crate) fn log_odds(&self, pictures: &[&ImageMemory], ids: &[u32]) -> candle_core::Result<Tensor> {
        self.matching
            .log_odds(&self.qformer, &ImageMemory::stack(pictures)?, ids)
    }
}
