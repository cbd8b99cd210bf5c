//! The settings of decoding, named after those of `transformers` `GenerationConfig`.

use serde::Deserialize;

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
