//! The two halves of a post-norm BERT layer (Devlin et al., 2018), each with its residual and layer norm.

use candle_core::{Result, Tensor, bail};
use candle_nn::Module;

use crate::weights::checkpoint::Weights;
use eyebright_kernels::activations::{LayerNorm, gelu};
use eyebright_kernels::attention::{attend, split_heads};
use eyebright_kernels::linear::Linear;

/// Sizes of a layer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) width: usize,
    pub(crate) hidden: usize,
    pub(crate) heads: usize,
    pub(crate) epsilon: f64,
}

/// Attention with its output projection.
pub(crate) struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    dense: Linear,
    norm: LayerNorm,
    heads: usize,
}

impl Attention {
    /// Loads `{inner}.{query,key,value}` and `output.{dense,LayerNorm}`. Keys and values are made of tokens `source` wide.
    pub(crate) fn load(sizes: Sizes, source: usize, inner: &str, weights: &Weights) -> Result<Self> {
        let Sizes { width, heads, .. } = sizes;
        if heads == 0 || !width.is_multiple_of(heads) {
            bail!("a width of {width} does not divide into {heads} heads");
        }
        let inner = weights.pp(inner);
        Ok(Self {
            query: inner.pp("query").linear(width, width)?,
            key: inner.pp("key").linear(source, width)?,
            value: inner.pp("value").linear(source, width)?,
            dense: weights.pp("output.dense").linear(width, width)?,
            norm: weights.pp("output.LayerNorm").layer_norm(width, sizes.epsilon)?,
            heads,
        })
    }

    /// Keys and values [R, heads, S, D / heads] of tokens [R, S, source].
    pub(crate) fn keys_values(&self, source: &Tensor) -> Result<(Tensor, Tensor)> {
        let keys = split_heads(&self.key.forward(source)?, self.heads)?;
        Ok((keys, split_heads(&self.value.forward(source)?, self.heads)?))
    }

    /// x [R, T, D]; the mask is added to the scores [R, heads, T, S].
    pub(crate) fn forward(&self, x: &Tensor, keys: &Tensor, values: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
        let query = split_heads(&self.query.forward(x)?, self.heads)?;
        let read = self.dense.forward(&attend(&query, keys, values, mask)?)?;
        self.norm.forward(&(read + x)?)
    }
}

/// Two dense layers with erf GELU.
pub(crate) struct FeedForward {
    inner: Linear,
    outer: Linear,
    norm: LayerNorm,
}

impl FeedForward {
    /// Loads `{inner}.dense` and `{outer}.{dense,LayerNorm}`.
    pub(crate) fn load(sizes: Sizes, inner: &str, outer: &str, weights: &Weights) -> Result<Self> {
        let outer = weights.pp(outer);
        Ok(Self {
            inner: weights.pp(inner).pp("dense").linear(sizes.width, sizes.hidden)?,
            outer: outer.pp("dense").linear(sizes.hidden, sizes.width)?,
            norm: outer.pp("LayerNorm").layer_norm(sizes.width, sizes.epsilon)?,
        })
    }

    /// x [R, T, D].
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.outer.forward(&gelu(self.inner.forward(x)?)?)?;
        self.norm.forward(&(y + x)?)
    }
}
