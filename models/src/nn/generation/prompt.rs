//! The prompt, and the steps of the model behind it.

use candle_core::Tensor;

use crate::base::error::Result;
use crate::nn::language::{Cache, LanguageModel};
use eyebright_kernels::parallel::in_pool;

/// The embeddings that stand before the text.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Embeddings [1, T, D].
    pub embeds: Tensor,
    /// Ids in it that settings like the repetition penalty count as written. `transformers` counts ids that it was given as such, but
    /// knows none where it was given embeddings.
    pub ids: Vec<u32>,
}

impl From<Tensor> for Prompt {
    fn from(embeds: Tensor) -> Self {
        Self {
            embeds,
            ids: Vec::new(),
        }
    }
}

/// A prompt that the model has read: its ids, its cache and the logits [V] of the first token behind it.
pub(crate) struct Prefix {
    pub(crate) ids: Vec<u32>,
    pub(crate) cache: Cache,
    pub(crate) logits: Vec<f32>,
}

/// Reads a prompt.
pub(super) fn prefill(model: &dyn LanguageModel, prompt: &Prompt) -> Result<Prefix> {
    let mut cache = Cache::default();
    let logits = in_pool(|| {
        let hidden = model.forward(&prompt.embeds, &mut cache)?;
        let last = hidden.narrow(1, hidden.dim(1)? - 1, 1)?;
        model.logits(&last)
    })?;
    Ok(Prefix {
        ids: prompt.ids.clone(),
        logits: logits.flatten_all()?.to_vec1()?,
        cache,
    })
}

/// Feeds one id a row; returns the logits [V] of each row's next token.
pub(super) fn step(model: &dyn LanguageModel, ids: &[u32], cache: &mut Cache) -> Result<Vec<Vec<f32>>> {
    let logits = in_pool(|| {
        let embeds = model.embed(ids)?.transpose(0, 1)?.contiguous()?;
        model.logits(&model.forward(&embeds, cache)?)
    })?;
    Ok(logits.squeeze(1)?.to_vec2()?)
}
