//! Weights with which a search for pictures combines its scores.

use serde::Deserialize;

/// Weights with which a search orders pictures for a query, measured by `examples/recall.rs`, and with which it decides
/// which are meant.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Finding {
    /// For the order: weight of the query's log-likelihood as a caption of the picture; the cosine of query and picture
    /// has weight 1.
    pub likelihood: f32,
    /// For the order: weight of the log-odds of image-text matching; the cosine has weight 1.
    pub matching: f32,
    /// For whether a picture is meant: coefficient of the log-odds of image-text matching.
    pub odds: f32,
    /// For whether a picture is meant: coefficient of the cosine.
    pub cosine: f32,
    /// The cosine at which its term is zero. It is set so that 95 of 100 of Flickr8k's dev pictures that are meant, and
    /// among the nearest, are found.
    pub even: f32,
}

impl Finding {
    /// The log-odds that a picture is meant by a query. `odds`: log-odds of image-text matching; `near`: cosine of
    /// query and picture.
    #[must_use]
    pub fn meant(self, odds: f32, near: f32) -> f32 {
        self.odds * odds + self.cosine * (near - self.even)
    }
}
