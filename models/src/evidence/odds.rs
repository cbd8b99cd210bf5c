//! Probabilities and log-odds.

/// Converts log-odds to a probability, 0 to 1.
pub fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

/// Converts a probability to log-odds, clamped to about -6.9 to 6.9.
pub fn logit(probability: f32) -> f32 {
    let probability = probability.clamp(0.001, 0.999);
    (probability / (1.0 - probability)).ln()
}
