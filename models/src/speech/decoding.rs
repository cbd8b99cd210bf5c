//! Generating a transcript: the rules of `OpenAI`'s `decoding.py`, and the figures by which a text is judged.

use candle_core::Tensor;

use super::checkpoint::Suppressed;
use super::decoder::{Decoder, Sound, Writing};
use crate::base::cancel::Cancel;
use crate::base::error::Result;
use crate::nn::generation::{Decoding, Prefix, go_on};
use crate::nn::language::{Cache, LanguageModel, log_sum_exp};
use eyebright_kernels::parallel::in_pool;

/// Special token ids, and ids that must not be generated.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The end token.
    pub end: u32,
    /// The token whose probability as the first one is that of nobody speaking.
    pub no_speech: Option<u32>,
    /// The first timestamp id. It and all above must not be generated.
    pub timestamps: Option<u32>,
    /// Further ids that must not be generated.
    pub suppressed: Suppressed,
}

/// A generated text.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Token ids without the end token.
    pub ids: Vec<u32>,
    /// True if the end token came before the limit of tokens.
    pub ended: bool,
    /// Mean log-probability per token, including the end token.
    pub average_log_probability: f32,
    /// Probability that nobody speaks, 0 to 1; 0 if the model cannot tell.
    pub no_speech: f32,
}

/// Generates the text that follows `prompt`, without the ids that the rules forbid. `stream` receives all ids so far
/// after each new one; with beam search only at the end. Log-probabilities are relative to the allowed ids.
pub fn write(
    decoder: &Decoder,
    sound: &Sound,
    (prompt, rules): (&[u32], &Rules),
    decoding: &Decoding,
    cancel: &Cancel,
    stream: &mut dyn FnMut(&[u32]),
) -> Result<Written> {
    let model = decoder.before(sound, rules.never(decoder.vocabulary()))?;
    let mut cache = Cache::default();
    let scores = scores_behind(&model, prompt, &mut cache)?;
    let no_speech = match rules.no_speech {
        Some(id) => nobody(&scores.flatten_to(2)?.to_vec2()?, id),
        None => 0.0,
    };
    let not_first = rules.suppressed.first.iter().copied();
    let first = decoder.before(sound, rules.never(decoder.vocabulary()).chain(not_first))?;
    let prefix = Prefix {
        ids: Vec::new(),
        cache,
        logits: first.together(&scores)?.flatten_all()?.to_vec1()?,
    };
    let mut written = Vec::new();
    let mut tell = |id| {
        written.push(id);
        stream(&written);
    };
    let texts = go_on(&model, prefix, rules.end, decoding, cancel, &mut tell)?;
    // There is one at least.
    let text = texts.into_iter().next().unwrap_or_default();
    Ok(Written {
        average_log_probability: text.mean_log_probability(),
        no_speech,
        ended: text.log_probabilities.len() > text.ids.len(),
        ids: text.ids,
    })
}

/// Logits of the token that follows some ids, for each variant of the sound: [1, 1, V, vocabulary].
pub(super) fn scores_behind(model: &Writing, ids: &[u32], cache: &mut Cache) -> Result<Tensor> {
    let scores = in_pool(|| {
        let hidden = model.forward(&model.embed(ids)?, cache)?;
        model.scores(&hidden.narrow(1, hidden.dim(1)? - 1, 1)?)
    })?;
    Ok(scores)
}

/// Probability that nobody speaks: the mean over all variants of the sound, each given by its logits.
fn nobody(ways: &[Vec<f32>], id: u32) -> f32 {
    let probability = |scores: &Vec<f32>| {
        let score = scores.get(id as usize);
        score.map_or(0.0, |score| (score - log_sum_exp(scores)).exp())
    };
    ways.iter().map(probability).sum::<f32>() / ways.len().max(1) as f32
}

impl Rules {
    /// All ids below `vocabulary` that must not be generated.
    fn never(&self, vocabulary: u32) -> impl Iterator<Item = u32> {
        let timestamps = self.timestamps.unwrap_or(vocabulary)..vocabulary;
        self.suppressed.always.iter().copied().chain(timestamps)
    }
}
