//! A generated text.

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
    /// Mean log-probability of a token, the end included; 0 where there are none.
    #[must_use]
    pub fn mean_log_probability(&self) -> f32 {
        self.log_probabilities.iter().sum::<f32>() / self.log_probabilities.len().max(1) as f32
    }
}
