//! The normaliser of a softmax.

/// log(sum(exp(x))), stable.
pub(crate) fn log_sum_exp(logits: &[f32]) -> f32 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    largest + logits.iter().map(|x| (x - largest).exp()).sum::<f32>().ln()
}
