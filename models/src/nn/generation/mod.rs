//! Writing: greedy, sampled and beam search over any [`LanguageModel`].
//!
//! Token ids equal those of `transformers` `generate` with the same settings (its `_beam_search` and logits processors).

mod beam;
mod sampling;
mod scores;

pub(crate) use sampling::best;
pub(crate) use scores::log_sum_exp;

use candle_core::Tensor;
use serde::Deserialize;

use crate::base::cancel::Cancel;
use crate::base::error::Result;
use crate::nn::language::{Cache, LanguageModel};
use eyebright_kernels::parallel::in_pool;

/// How to write.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Decoding {
    /// 1: greedy or sampling; more: beam search.
    pub beams: usize,
    /// Most tokens, the end token included.
    pub max_tokens: usize,
    /// No end token before so many others.
    pub min_tokens: usize,
    /// Beam scores are divided by length to this power: above 0 prefers longer captions.
    pub length_penalty: f32,
    /// Beam search ends with as many finished texts as beams, even if others may still become better.
    pub early_stopping: bool,
    /// Above 1: tokens already written become less likely.
    pub repetition_penalty: f32,
    /// No sequence of so many tokens twice; 0: off.
    pub no_repeat_ngram: usize,
    /// Draws instead of taking the best token; only with one beam.
    pub sampling: Option<Sampling>,
}

/// How to draw. The same seed draws the same text.
#[derive(Debug, Clone, Deserialize)]
pub struct Sampling {
    /// Divides the logits: below 1 bolder, above 1 more varied.
    pub temperature: f32,
    /// Only the so many best tokens; 0: all.
    pub top_k: usize,
    /// Only the best tokens that together reach this probability; 1: all.
    pub top_p: f32,
    /// Seed of the generator.
    pub seed: u64,
}

impl Default for Decoding {
    fn default() -> Self {
        Self {
            beams: 1,
            max_tokens: 20,
            min_tokens: 0,
            length_penalty: 1.0,
            early_stopping: false,
            repetition_penalty: 1.0,
            no_repeat_ngram: 0,
            sampling: None,
        }
    }
}

/// What stands before the text.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What the model reads: [1, T, D].
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

/// A finished text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sequence {
    /// Token ids without the end token.
    pub ids: Vec<u32>,
    /// Log-probability of each id under the model (settings like penalties do not change it), and of the end token if it was written.
    pub log_probabilities: Vec<f32>,
    /// Sum of log-probabilities over length to the power of the length penalty.
    pub score: f32,
}

impl Sequence {
    /// Of a piece, the end included; 0 where there are none.
    #[must_use]
    pub fn mean_log_probability(&self) -> f32 {
        self.log_probabilities.iter().sum::<f32>() / self.log_probabilities.len().max(1) as f32
    }
}

/// Writes behind `prompt`. Returns the texts, best first: as many as beams, one without beams.
///
/// `stream` gets each id as soon as it is certain: at once when greedy or sampling, at the end with beams.
pub fn generate(
    model: &dyn LanguageModel,
    prompt: &Prompt,
    end: u32,
    decoding: &Decoding,
    cancel: &Cancel,
    stream: &mut dyn FnMut(u32),
) -> Result<Vec<Sequence>> {
    go_on(model, prefill(model, prompt)?, end, decoding, cancel, stream)
}

/// The same behind a prompt that was read already.
pub(crate) fn go_on(
    model: &dyn LanguageModel,
    prefix: Prefix,
    end: u32,
    decoding: &Decoding,
    cancel: &Cancel,
    stream: &mut dyn FnMut(u32),
) -> Result<Vec<Sequence>> {
    let room = model.max_positions().saturating_sub(prefix.cache.len());
    let decoding = Decoding {
        max_tokens: decoding.max_tokens.min(room),
        ..decoding.clone()
    };
    if decoding.beams > 1 {
        let texts = beam::search(model, prefix, end, &decoding, cancel)?;
        if let Some(best) = texts.first() {
            best.ids.iter().for_each(|&id| stream(id));
        }
        Ok(texts)
    } else {
        Ok(vec![sampling::write(model, prefix, end, &decoding, cancel, stream)?])
    }
}

/// Draws `count` texts behind `prompt` at once, as `decoding.sampling` says; the same seed draws the same texts.
pub fn draw(
    model: &dyn LanguageModel,
    prompt: &Prompt,
    end: u32,
    decoding: &Decoding,
    count: usize,
    cancel: &Cancel,
) -> Result<Vec<Sequence>> {
    sampling::write_many(model, prefill(model, prompt)?, end, decoding, count, cancel)
}

/// Log-probabilities of a given text behind `prompt`, one an id (the end token is an id like any other).
pub fn score_text(model: &dyn LanguageModel, prompt: &Tensor, ids: &[u32]) -> Result<Vec<f32>> {
    let mut prefix = prefill(model, &prompt.clone().into())?;
    let mut log_probabilities = Vec::with_capacity(ids.len());
    let mut push = |logits: &[f32], id: u32| {
        log_probabilities.push(
            logits
                .get(id as usize)
                .map_or(f32::NEG_INFINITY, |x| x - model.normaliser(logits)),
        );
    };
    let Some((&first, rest)) = ids.split_first() else {
        return Ok(Vec::new());
    };
    push(&prefix.logits, first);
    if !rest.is_empty() {
        let hidden = model.forward(&model.embed(&ids[..ids.len() - 1])?, &mut prefix.cache)?;
        for (logits, &id) in model.logits(&hidden)?.squeeze(0)?.to_vec2::<f32>()?.iter().zip(rest) {
            push(logits, id);
        }
    }
    Ok(log_probabilities)
}

/// The prompt, read once: its ids, its cache and the logits [V] of the first token.
pub(crate) struct Prefix {
    pub(crate) ids: Vec<u32>,
    pub(crate) cache: Cache,
    pub(crate) logits: Vec<f32>,
}

fn prefill(model: &dyn LanguageModel, prompt: &Prompt) -> Result<Prefix> {
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
fn step(model: &dyn LanguageModel, ids: &[u32], cache: &mut Cache) -> Result<Vec<Vec<f32>>> {
    let logits = in_pool(|| {
        let embeds = model.embed(ids)?.transpose(0, 1)?.contiguous()?;
        model.logits(&model.forward(&embeds, cache)?)
    })?;
    Ok(logits.squeeze(1)?.to_vec2()?)
}
