//! T5 (Raffel et al., 2019) as in `transformers` `modeling_t5.py`: an encoder that reads the prompt and a decoder that writes about it.
//! Norms without mean, relative positions, no scaling of attention, no biases. Flan-T5 is gated and has an output matrix of its own.

mod attention;
mod config;
mod stack;

use candle_core::{Device, Result, Tensor};

pub use config::T5Config;

use super::{Cache, LanguageModel};
use crate::weights::checkpoint::Weights;
use eyebright_kernels::linear::Matrix;
use stack::{Decoder, Encoder};

/// Encoder and decoder.
pub struct T5 {
    shared: Matrix,
    encoder: Encoder,
    decoder: Decoder,
    lm_head: Matrix,
    /// Factor of the decoder's output before the language-model head.
    scale: f64,
    device: Device,
}

/// A prompt that the encoder has read: cross-attention keys and values [1, heads, S, width of a head] of every decoder layer.
pub struct Memory(Vec<(Tensor, Tensor)>);

impl T5 {
    /// Loads `shared`, `encoder.*`, `decoder.*` and, where the file has it, `lm_head`.
    pub fn load(config: &T5Config, weights: &Weights) -> Result<Self> {
        let (pieces, width) = (config.vocab_size, config.d_model);
        let shared = weights.matrix("shared.weight", pieces, width)?;
        Ok(Self {
            lm_head: weights.matrix_or("lm_head.weight", "shared.weight", &shared)?,
            shared,
            encoder: Encoder::load(config, &weights.pp("encoder"))?,
            decoder: Decoder::load(config, &weights.pp("decoder"))?,
            scale: if config.scales_outputs() {
                (width as f64).powf(-0.5)
            } else {
                1.0
            },
            device: weights.device().clone(),
        })
    }

    /// Embeds token ids: [T] -> [1, T, D].
    pub fn embed(&self, ids: &[u32]) -> Result<Tensor> {
        self.shared.rows(&Tensor::new(ids, &self.device)?)?.unsqueeze(0)
    }

    /// Reads a prompt's embeddings [1, S, D], once for any number of tokens and beams.
    pub fn read(&self, prompt: &Tensor) -> Result<Memory> {
        self.decoder.remember(&self.encoder.forward(prompt)?).map(Memory)
    }

    /// The decoder behind a prompt.
    #[must_use]
    pub fn behind<'a>(&'a self, prompt: &'a Memory) -> Writing<'a> {
        Writing {
            model: self,
            memory: prompt,
        }
    }
}

/// A decoder that writes about a prompt.
pub struct Writing<'a> {
    model: &'a T5,
    memory: &'a Memory,
}

impl LanguageModel for Writing<'_> {
    fn embed(&self, ids: &[u32]) -> Result<Tensor> {
        self.model.embed(ids)
    }

    fn forward(&self, embeds: &Tensor, cache: &mut Cache) -> Result<Tensor> {
        self.model.decoder.forward(embeds, &self.memory.0, cache)
    }

    fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        self.model.lm_head.times(&(hidden * self.model.scale)?)
    }

    fn device(&self) -> &Device {
        &self.model.device
    }

    /// Positions are relative.
    fn max_positions(&self) -> usize {
        usize::MAX
    }
}
