//! Whisper's encoder: `WhisperEncoder` of `transformers` `modeling_whisper.py`.

use candle_core::{Result, Tensor, bail};
use candle_nn::{Conv1d, Conv1dConfig, Module};

use super::blocks::{Attention, FeedForward, norm};
use super::config::WhisperConfig;
use crate::weights::checkpoint::Weights;
use eyebright_kernels::activations::{LayerNorm, gelu};

/// Two convolutions, then layers of self-attention over all frames.
pub struct Encoder {
    conv1: Conv1d,
    conv2: Conv1d,
    /// [positions, D].
    embed_positions: Tensor,
    layers: Vec<Layer>,
    layer_norm: LayerNorm,
}

impl Encoder {
    /// Loads `model.encoder.*`.
    pub fn load(config: &WhisperConfig, weights: &Weights) -> Result<Self> {
        let weights = weights.pp("model.encoder");
        let width = config.d_model;
        let convolution = |inputs, stride, name| -> Result<Conv1d> {
            let config = Conv1dConfig {
                padding: 1,
                stride,
                ..Conv1dConfig::default()
            };
            let weights = weights.pp(name);
            let kernel = weights.tensor("weight", &[width, inputs, 3])?.contiguous()?;
            Ok(Conv1d::new(kernel, Some(weights.tensor("bias", &[width])?), config))
        };
        let layer = |index| Layer::load(config, &weights.pp("layers").pp(index));
        Ok(Self {
            conv1: convolution(config.num_mel_bins, 1, "conv1")?,
            conv2: convolution(width, 2, "conv2")?,
            embed_positions: weights.tensor("embed_positions.weight", &[config.max_source_positions, width])?,
            layers: (0..config.encoder_layers).map(layer).collect::<Result<_>>()?,
            layer_norm: norm(width, "layer_norm", &weights)?,
        })
    }

    /// Encodes spectrograms [V, mels, F], F at most twice the positions, as [V, F / 2, D].
    pub fn forward(&self, spectrogram: &Tensor) -> Result<Tensor> {
        let most = 2 * self.embed_positions.dim(0)?;
        let frames = spectrogram.dim(2)?;
        if frames > most {
            bail!("a spectrogram of {frames} frames came; the encoder hears at most {most}");
        }
        let x = gelu(self.conv1.forward(spectrogram)?)?;
        let x = gelu(self.conv2.forward(&x)?)?.transpose(1, 2)?;
        let positions = self.embed_positions.narrow(0, 0, x.dim(1)?)?;
        let mut x = x.broadcast_add(&positions)?;
        for layer in &self.layers {
            x = layer.forward(&x)?;
        }
        self.layer_norm.forward(&x)
    }
}

struct Layer {
    self_attn: Attention,
    feed_forward: FeedForward,
}

impl Layer {
    fn load(config: &WhisperConfig, weights: &Weights) -> Result<Self> {
        let width = config.d_model;
        Ok(Self {
            self_attn: Attention::load(width, config.encoder_attention_heads, "self_attn", weights)?,
            feed_forward: FeedForward::load(width, config.encoder_ffn_dim, weights)?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let normed = self.self_attn.normed(x)?;
        let memory = self.self_attn.remember(&normed)?;
        let x = (x + self.self_attn.attend(&normed, &memory, None)?)?;
        self.feed_forward.forward(&x)
    }
}
