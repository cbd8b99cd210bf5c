//! Tags: what the image encoder's ImageNet head recognises, with calibrated probabilities.

use serde::Deserialize;

use crate::base::error::Result;
use crate::weights::pack::Pack;

const TABLE: &str = "imagenet.json";

/// A class of ImageNet-1k and how likely the picture is of it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Tag {
    /// Plain English, unique among the classes.
    pub name: String,
    /// Probability, 0 to 1; those of all classes sum to 1.
    pub score: f32,
}

/// Names and temperature of the classes of a pack, as `training/fit_tags.py` writes them.
#[derive(Debug, Deserialize)]
pub struct TagHead {
    names: Vec<String>,
    temperature: f32,
}

impl TagHead {
    /// Reads the pack's table.
    pub fn load(pack: &Pack) -> Result<Self> {
        let head: Self = serde_json::from_slice(&pack.file(TABLE)?).map_err(|error| pack.unusable(TABLE, error))?;
        if head.temperature > 0.0 {
            Ok(head)
        } else {
            Err(pack.unusable(TABLE, "the temperature must be positive").into())
        }
    }

    /// The probability of every class, in class order: softmax(logits / temperature).
    #[must_use]
    pub fn probabilities(&self, logits: &[f32]) -> Vec<f32> {
        let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let powers: Vec<f32> = logits
            .iter()
            .map(|logit| ((logit - highest) / self.temperature).exp())
            .collect();
        let sum: f32 = powers.iter().sum();
        powers.iter().map(|power| power / sum).collect()
    }

    /// Every class, the likeliest first.
    #[must_use]
    pub fn tags(&self, logits: &[f32]) -> Vec<Tag> {
        let scores = self.probabilities(logits);
        let mut tags: Vec<Tag> = self
            .names
            .iter()
            .cloned()
            .zip(scores)
            .map(|(name, score)| Tag { name, score })
            .collect();
        tags.sort_by(|a, b| b.score.total_cmp(&a.score));
        tags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_sharpened_probabilities_best_first() {
        let head = TagHead {
            names: ["cat", "dog", "cup"].map(String::from).to_vec(),
            temperature: 0.5,
        };
        let tags = head.tags(&[0.0, 3f32.ln(), 0.0]);
        assert_eq!(tags[0].name, "dog");
        // exp(2 ln 3) = 9 against 1 and 1.
        assert!((tags[0].score - 9.0 / 11.0).abs() < 1e-6);
        assert!((tags.iter().map(|tag| tag.score).sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn high_logits_do_not_overflow() {
        let head = TagHead {
            names: vec![String::from("cat"); 2],
            temperature: 1.0,
        };
        assert_eq!(head.probabilities(&[5000.0, -5000.0]), [1.0, 0.0]);
    }
}
