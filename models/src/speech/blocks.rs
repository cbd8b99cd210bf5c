//! Parts of Whisper's encoder and decoder layers. Parameters have the names of the hub's checkpoints.

use candle_core::{Result, Tensor};
use candle_nn::Module;

use crate::nn::language::Cache;
use crate::weights::checkpoint::Weights;
use eyebright_kernels::activations::{LayerNorm, gelu};
use eyebright_kernels::attention::{attend, split_heads};
use eyebright_kernels::linear::Linear;

/// Epsilon of every layer norm.
const EPSILON: f64 = 1e-5;

/// Attention keys and values, each [R, heads, S, W].
#[derive(Debug, Clone)]
pub(super) struct Memory {
    keys: Tensor,
    values: Tensor,
}

impl Memory {
    /// Copies keys and values so that those of each head are contiguous: with many queries that takes less time.
    pub(super) fn together(&self) -> Result<Self> {
        Ok(Self {
            keys: self.keys.contiguous()?,
            values: self.values.contiguous()?,
        })
    }

    /// Appends keys and values to those that a cache holds for a layer, and returns all. In the cache every `ways` rows
    /// are stored as one row with `ways` times the heads.
    pub(super) fn extend(&self, cache: &mut Cache, layer: usize, ways: usize) -> Result<Self> {
        let (rows, heads, tokens, width) = self.keys.dims4()?;
        let one = |x: &Tensor| x.reshape((rows / ways, ways * heads, tokens, width));
        let (keys, values) = cache.extend(layer, one(&self.keys)?, one(&self.values)?)?;
        let apart = |x: &Tensor| x.reshape((rows, heads, (), width));
        Ok(Self {
            keys: apart(&keys)?,
            values: apart(&values)?,
        })
    }

    /// Number of rows R.
    pub(super) fn rows(&self) -> usize {
        self.keys.dims()[0]
    }
}

/// Multi-head attention with its layer norm; keys have no bias.
pub(super) struct Attention {
    norm: LayerNorm,
    q_proj: Linear,
    k_proj: Linear,
    v_proj: Linear,
    out_proj: Linear,
    heads: usize,
}

impl Attention {
    /// Loads `NAME.*` and `NAME_layer_norm.*`.
    pub(super) fn load(width: usize, heads: usize, name: &str, weights: &Weights) -> Result<Self> {
        let part = |part| weights.pp(name).pp(part);
        Ok(Self {
            norm: norm(width, &format!("{name}_layer_norm"), weights)?,
            q_proj: part("q_proj").linear(width, width)?,
            k_proj: part("k_proj").linear_no_bias(width, width)?,
            v_proj: part("v_proj").linear(width, width)?,
            out_proj: part("out_proj").linear(width, width)?,
            heads,
        })
    }

    /// Layer norm of the input [R, T, D], for the queries.
    pub(super) fn normed(&self, x: &Tensor) -> Result<Tensor> {
        self.norm.forward(x)
    }

    /// Computes the keys and values of [R, S, D].
    pub(super) fn remember(&self, x: &Tensor) -> Result<Memory> {
        Ok(Memory {
            keys: split_heads(&self.k_proj.forward(x)?, self.heads)?,
            values: split_heads(&self.v_proj.forward(x)?, self.heads)?,
        })
    }

    /// Attends from [R, T, D], already normed, to the memory. Returns [R, T, D].
    pub(super) fn attend(&self, normed: &Tensor, memory: &Memory, mask: Option<&Tensor>) -> Result<Tensor> {
        let query = split_heads(&self.q_proj.forward(normed)?, self.heads)?;
        self.out_proj
            .forward(&attend(&query, &memory.keys, &memory.values, mask)?)
    }
}

/// The feed-forward half of a layer: x + MLP(norm(x)).
pub(super) struct FeedForward {
    norm: LayerNorm,
    fc1: Linear,
    fc2: Linear,
}

impl FeedForward {
    /// Loads `final_layer_norm`, `fc1` and `fc2`.
    pub(super) fn load(width: usize, hidden: usize, weights: &Weights) -> Result<Self> {
        Ok(Self {
            norm: norm(width, "final_layer_norm", weights)?,
            fc1: weights.pp("fc1").linear(width, hidden)?,
            fc2: weights.pp("fc2").linear(hidden, width)?,
        })
    }

    /// [R, T, D] -> [R, T, D].
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let hidden = gelu(self.fc1.forward(&self.norm.forward(x)?)?)?;
        x + self.fc2.forward(&hidden)?
    }
}

/// A layer norm with Whisper's epsilon.
pub(super) fn norm(width: usize, name: &str, weights: &Weights) -> Result<LayerNorm> {
    weights.pp(name).layer_norm(width, EPSILON)
}
