//! The layers of encoder and decoder.

use candle_core::{Result, Tensor};
use candle_nn::{Module, RmsNorm};

use super::T5Config;
use super::attention::{Attention, RelativePositions};
use super::config::Activation;
use crate::nn::language::Cache;
use crate::weights::checkpoint::Weights;
use eyebright_kernels::attention::causal_mask;
use eyebright_kernels::linear::Linear;

pub(super) struct Encoder {
    layers: Vec<EncoderLayer>,
    positions: RelativePositions,
    final_layer_norm: RmsNorm,
}

struct EncoderLayer {
    attention: Attention,
    norm: RmsNorm,
    feed_forward: FeedForward,
}

pub(super) struct Decoder {
    layers: Vec<DecoderLayer>,
    positions: RelativePositions,
    final_layer_norm: RmsNorm,
}

struct DecoderLayer {
    attention: Attention,
    norm: RmsNorm,
    cross: Attention,
    cross_norm: RmsNorm,
    feed_forward: FeedForward,
}

impl Encoder {
    pub(super) fn load(config: &T5Config, weights: &Weights) -> Result<Self> {
        let layer = |index| {
            let weights = weights.pp("block").pp(index).pp("layer");
            Ok(EncoderLayer {
                attention: Attention::load(config, &weights.pp("0.SelfAttention"))?,
                norm: norm(config, &weights.pp("0.layer_norm"))?,
                feed_forward: FeedForward::load(config, &weights.pp("1"))?,
            })
        };
        Ok(Self {
            layers: (0..config.num_layers).map(layer).collect::<Result<_>>()?,
            positions: RelativePositions::load(config, true, &weights.pp(FIRST))?,
            final_layer_norm: norm(config, &weights.pp("final_layer_norm"))?,
        })
    }

    /// [1, S, D] -> [1, S, D]; each token sees all.
    pub(super) fn forward(&self, prompt: &Tensor) -> Result<Tensor> {
        let bias = self.positions.bias(prompt.dim(1)?, 0, prompt.device())?;
        let mut x = prompt.clone();
        for layer in &self.layers {
            let y = layer.norm.forward(&x)?;
            let (keys, values) = layer.attention.keys_values(&y)?;
            x = (x + layer.attention.forward(&y, &keys, &values, Some(&bias))?)?;
            x = layer.feed_forward.forward(&x)?;
        }
        self.final_layer_norm.forward(&x)
    }
}

impl Decoder {
    pub(super) fn load(config: &T5Config, weights: &Weights) -> Result<Self> {
        let layer = |index| {
            let weights = weights.pp("block").pp(index).pp("layer");
            Ok(DecoderLayer {
                attention: Attention::load(config, &weights.pp("0.SelfAttention"))?,
                norm: norm(config, &weights.pp("0.layer_norm"))?,
                cross: Attention::load(config, &weights.pp("1.EncDecAttention"))?,
                cross_norm: norm(config, &weights.pp("1.layer_norm"))?,
                feed_forward: FeedForward::load(config, &weights.pp("2"))?,
            })
        };
        Ok(Self {
            layers: (0..config.decoder_layers()).map(layer).collect::<Result<_>>()?,
            positions: RelativePositions::load(config, false, &weights.pp(FIRST))?,
            final_layer_norm: norm(config, &weights.pp("final_layer_norm"))?,
        })
    }

    /// Cross-attention keys and values of what the encoder read, [1, S, D], for each layer.
    pub(super) fn remember(&self, read: &Tensor) -> Result<Vec<(Tensor, Tensor)>> {
        self.layers.iter().map(|layer| layer.cross.keys_values(read)).collect()
    }

    /// [R, T, D] behind what the cache holds -> [R, T, D].
    pub(super) fn forward(&self, embeds: &Tensor, memory: &[(Tensor, Tensor)], cache: &mut Cache) -> Result<Tensor> {
        let (tokens, past) = (embeds.dim(1)?, cache.len());
        let mut bias = self.positions.bias(tokens, past, embeds.device())?;
        // A single token may see everything before it: no mask needed.
        if tokens > 1 {
            bias = bias.broadcast_add(&causal_mask(tokens, past, embeds.device())?)?;
        }
        let mut x = embeds.clone();
        for (index, (layer, (cross_keys, cross_values))) in self.layers.iter().zip(memory).enumerate() {
            let y = layer.norm.forward(&x)?;
            let (keys, values) = layer.attention.keys_values(&y)?;
            let (keys, values) = cache.extend(index, keys, values)?;
            x = (x + layer.attention.forward(&y, &keys, &values, Some(&bias))?)?;
            // All rows read the same prompt, each token for itself: they are as good as tokens of one row.
            let y = layer.cross_norm.forward(&x)?;
            let flat = y.reshape((1, y.elem_count() / y.dim(2)?, y.dim(2)?))?;
            let read = layer.cross.forward(&flat, cross_keys, cross_values, None)?;
            x = (&x + read.reshape(x.shape())?)?;
            x = layer.feed_forward.forward(&x)?;
        }
        cache.advance(tokens);
        self.final_layer_norm.forward(&x)
    }
}

/// Where the positions of all layers lie.
const FIRST: &str = "block.0.layer.0.SelfAttention";

fn norm(config: &T5Config, weights: &Weights) -> Result<RmsNorm> {
    let weight = weights.tensor("weight", &[config.d_model])?.contiguous()?;
    Ok(RmsNorm::new(weight, config.layer_norm_epsilon))
}

/// Norm, two dense layers or three where one of them gates another, and the residual.
struct FeedForward {
    norm: RmsNorm,
    inner: Linear,
    gated: Option<Linear>,
    outer: Linear,
    activation: Activation,
}

impl FeedForward {
    fn load(config: &T5Config, weights: &Weights) -> Result<Self> {
        let dense = weights.pp("DenseReluDense");
        let (width, hidden) = (config.d_model, config.d_ff);
        let (inner, gated) = if config.is_gated() {
            ("wi_0", Some(dense.pp("wi_1").linear_no_bias(width, hidden)?))
        } else {
            ("wi", None)
        };
        Ok(Self {
            norm: norm(config, &weights.pp("layer_norm"))?,
            inner: dense.pp(inner).linear_no_bias(width, hidden)?,
            gated,
            outer: dense.pp("wo").linear_no_bias(hidden, width)?,
            activation: config.activation()?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.norm.forward(x)?;
        let mut hidden = self.activation.apply(&self.inner.forward(&y)?)?;
        if let Some(gated) = &self.gated {
            hidden = (hidden * gated.forward(&y)?)?;
        }
        x + self.outer.forward(&hidden)?
    }
}
