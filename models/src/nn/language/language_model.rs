//! The trait of language models.

use candle_core::{Device, Result, Tensor};

use super::cache::Cache;
use super::log_sum_exp::log_sum_exp;

/// A decoder that writes one token after another.
pub trait LanguageModel: Send + Sync {
    /// Embeds token ids: [T] -> [1, T, D].
    fn embed(&self, ids: &[u32]) -> Result<Tensor>;

    /// Reads embeddings [R, T, D] behind what `cache` holds (R rows or, for an empty cache, any) and adds them to it.
    /// Returns the last layer's output [R, T, D].
    fn forward(&self, embeds: &Tensor, cache: &mut Cache) -> Result<Tensor>;

    /// Scores of the next token: [.., D] -> [.., V], not normalised.
    fn logits(&self, hidden: &Tensor) -> Result<Tensor>;

    /// Normaliser of a row of scores: subtracted from each, it makes log-probabilities of them.
    fn normaliser(&self, scores: &[f32]) -> f32 {
        log_sum_exp(scores)
    }

    /// Where the model runs.
    fn device(&self) -> &Device;

    /// How many positions the model knows; prompt and answer together must not be longer.
    fn max_positions(&self) -> usize;
}
