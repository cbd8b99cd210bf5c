//! One layer: self-attention over queries and text, cross-attention of the queries to the picture, a feed-forward part for each.

use candle_core::{Result, Tensor};
use candle_nn::{LayerNorm, Linear, Module, VarBuilder, layer_norm, linear};

use super::QFormerConfig;
use crate::attention::{attend, split_heads};

pub(super) struct Layer {
    attention: Attention,
    crossattention: Option<Attention>,
    text: FeedForward,
    query: FeedForward,
}

impl Layer {
    pub(super) fn load(config: &QFormerConfig, index: usize, weights: &VarBuilder) -> Result<Self> {
        let crossattention = if index.is_multiple_of(config.cross_attention_frequency) {
            Some(Attention::load(
                config,
                config.encoder_hidden_size,
                &weights.pp("crossattention"),
            )?)
        } else {
            None
        };
        Ok(Self {
            attention: Attention::load(config, config.hidden_size, &weights.pp("attention"))?,
            crossattention,
            text: FeedForward::load(config, weights.pp("intermediate"), &weights.pp("output"))?,
            query: FeedForward::load(config, weights.pp("intermediate_query"), &weights.pp("output_query"))?,
        })
    }

    /// Keys and values of image tokens [1, S, W]; `None` where the layer has no cross-attention.
    pub(super) fn image_keys_values(&self, image: &Tensor) -> Result<Option<(Tensor, Tensor)>> {
        self.crossattention
            .as_ref()
            .map(|attention| attention.keys_values(image))
            .transpose()
    }

    /// x [B, queries + T, D].
    pub(super) fn forward(&self, x: &Tensor, queries: usize, image: Option<&(Tensor, Tensor)>) -> Result<Tensor> {
        let x = self.attention.forward(x, &self.attention.keys_values(x)?)?;
        let text = x.dim(1)? - queries;
        if queries == 0 {
            return self.text.forward(&x);
        }
        let mut query = x.narrow(1, 0, queries)?;
        if let (Some(attention), Some(image)) = (&self.crossattention, image) {
            query = attention.forward(&query, image)?;
        }
        let query = self.query.forward(&query)?;
        if text == 0 {
            return Ok(query);
        }
        Tensor::cat(&[query, self.text.forward(&x.narrow(1, queries, text)?)?], 1)
    }
}

/// Attention with its output projection, residual and layer norm.
struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    dense: Linear,
    norm: LayerNorm,
    heads: usize,
}

impl Attention {
    fn load(config: &QFormerConfig, source: usize, weights: &VarBuilder) -> Result<Self> {
        let width = config.hidden_size;
        let inner = weights.pp("attention");
        Ok(Self {
            query: linear(width, width, inner.pp("query"))?,
            key: linear(source, width, inner.pp("key"))?,
            value: linear(source, width, inner.pp("value"))?,
            dense: linear(width, width, weights.pp("output.dense"))?,
            norm: layer_norm(width, config.layer_norm_eps, weights.pp("output.LayerNorm"))?,
            heads: config.num_attention_heads,
        })
    }

    fn keys_values(&self, source: &Tensor) -> Result<(Tensor, Tensor)> {
        let keys = split_heads(&self.key.forward(source)?, self.heads)?;
        Ok((keys, split_heads(&self.value.forward(source)?, self.heads)?))
    }

    fn forward(&self, x: &Tensor, (keys, values): &(Tensor, Tensor)) -> Result<Tensor> {
        let query = split_heads(&self.query.forward(x)?, self.heads)?;
        self.norm
            .forward(&(self.dense.forward(&attend(&query, keys, values, None)?)? + x)?)
    }
}

/// Two dense layers with erf GELU, residual and layer norm.
struct FeedForward {
    inner: Linear,
    outer: Linear,
    norm: LayerNorm,
}

impl FeedForward {
    fn load(config: &QFormerConfig, inner: VarBuilder, outer: &VarBuilder) -> Result<Self> {
        let (width, hidden) = (config.hidden_size, config.intermediate_size);
        Ok(Self {
            inner: linear(width, hidden, inner.pp("dense"))?,
            outer: linear(hidden, width, outer.pp("dense"))?,
            norm: layer_norm(width, config.layer_norm_eps, outer.pp("LayerNorm"))?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.norm
            .forward(&(self.outer.forward(&self.inner.forward(x)?.gelu_erf()?)? + x)?)
    }
}
