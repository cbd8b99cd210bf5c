//! Settings with which `transformers` generated the reference texts.

use eyebright_models::parts::generation::Decoding;
use serde::Deserialize;

/// Settings for generation, with the names and defaults of `transformers`.
#[derive(Deserialize)]
#[serde(default)]
pub struct Settings {
    num_beams: usize,
    length_penalty: f32,
    repetition_penalty: f32,
    no_repeat_ngram_size: usize,
    min_new_tokens: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            num_beams: 1,
            length_penalty: 1.0,
            repetition_penalty: 1.0,
            no_repeat_ngram_size: 0,
            min_new_tokens: 0,
        }
    }
}

impl Settings {
    pub fn decoding(&self) -> Decoding {
        Decoding {
            beams: self.num_beams,
            max_tokens: 12,
            min_tokens: self.min_new_tokens,
            length_penalty: self.length_penalty,
            repetition_penalty: self.repetition_penalty,
            no_repeat_ngram: self.no_repeat_ngram_size,
            early_stopping: false,
            sampling: None,
        }
    }
}
