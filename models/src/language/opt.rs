//! OPT (Zhang et al., 2022) as in `transformers` `modeling_opt.py`: pre-norm, `ReLU`, learned positions, logits tied to the embedding.

use candle_core::{Device, Result, Tensor};
use candle_nn::{Embedding, LayerNorm, Module, VarBuilder, embedding, layer_norm};
use serde::Deserialize;

use super::{Cache, LanguageModel};
use crate::attention::{attend, causal_mask, split_heads};
use crate::linear::{Linear, linear, times_transposed};

/// Positions begin at 2, a habit of the original code.
const POSITION_OFFSET: usize = 2;
const EPSILON: f64 = 1e-5;

/// Sizes, named as in `config.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct OptConfig {
    /// Width D.
    pub hidden_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Heads of D / heads each.
    pub num_attention_heads: usize,
    /// Width of the feed-forward part.
    pub ffn_dim: usize,
    /// Vocabulary V.
    pub vocab_size: usize,
    /// Longest sequence.
    pub max_position_embeddings: usize,
}

/// The decoder.
pub struct Opt {
    embed_tokens: Embedding,
    embed_positions: Tensor,
    layers: Vec<Layer>,
    final_layer_norm: LayerNorm,
    max_positions: usize,
}

impl Opt {
    /// Loads `model.decoder.*` below `weights`.
    pub fn load(config: &OptConfig, weights: VarBuilder) -> Result<Self> {
        let weights = weights.pp("model.decoder");
        let (width, positions) = (config.hidden_size, config.max_position_embeddings);
        let layer = |index| Layer::load(config, weights.pp("layers").pp(index));
        Ok(Self {
            embed_tokens: embedding(config.vocab_size, width, weights.pp("embed_tokens"))?,
            embed_positions: weights.get((positions + POSITION_OFFSET, width), "embed_positions.weight")?,
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_>>()?,
            final_layer_norm: layer_norm(width, EPSILON, weights.pp("final_layer_norm"))?,
            max_positions: positions,
        })
    }
}

impl LanguageModel for Opt {
    fn embed(&self, ids: &[u32]) -> Result<Tensor> {
        self.embed_tokens
            .forward(&Tensor::new(ids, self.embed_positions.device())?)?
            .unsqueeze(0)
    }

    fn forward(&self, embeds: &Tensor, cache: &mut Cache) -> Result<Tensor> {
        let tokens = embeds.dim(1)?;
        let past = cache.length;
        let positions = self.embed_positions.narrow(0, past + POSITION_OFFSET, tokens)?;
        let mut x = embeds.broadcast_add(&positions)?;
        // A single token may see everything before it: no mask needed.
        let mask = if tokens > 1 {
            Some(causal_mask(tokens, past, embeds.device())?)
        } else {
            None
        };
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.forward(&x, mask.as_ref(), index, cache)?;
        }
        cache.length += tokens;
        self.final_layer_norm.forward(&x)
    }

    fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        times_transposed(hidden, self.embed_tokens.embeddings())
    }

    fn device(&self) -> &Device {
        self.embed_positions.device()
    }

    fn max_positions(&self) -> usize {
        self.max_positions
    }
}

struct Layer {
    q_proj: Linear,
    k_proj: Linear,
    v_proj: Linear,
    out_proj: Linear,
    self_attn_layer_norm: LayerNorm,
    fc1: Linear,
    fc2: Linear,
    final_layer_norm: LayerNorm,
    heads: usize,
}

impl Layer {
    fn load(config: &OptConfig, weights: VarBuilder) -> Result<Self> {
        let (width, hidden) = (config.hidden_size, config.ffn_dim);
        let attention = weights.pp("self_attn");
        Ok(Self {
            q_proj: linear(width, width, attention.pp("q_proj"))?,
            k_proj: linear(width, width, attention.pp("k_proj"))?,
            v_proj: linear(width, width, attention.pp("v_proj"))?,
            out_proj: linear(width, width, attention.pp("out_proj"))?,
            self_attn_layer_norm: layer_norm(width, EPSILON, weights.pp("self_attn_layer_norm"))?,
            fc1: linear(width, hidden, weights.pp("fc1"))?,
            fc2: linear(hidden, width, weights.pp("fc2"))?,
            final_layer_norm: layer_norm(width, EPSILON, weights.pp("final_layer_norm"))?,
            heads: config.num_attention_heads,
        })
    }

    fn forward(&self, x: &Tensor, mask: Option<&Tensor>, index: usize, cache: &mut Cache) -> Result<Tensor> {
        let y = self.self_attn_layer_norm.forward(x)?;
        let query = split_heads(&self.q_proj.forward(&y)?, self.heads)?;
        let (keys, values) = cache.extend(
            index,
            split_heads(&self.k_proj.forward(&y)?, self.heads)?,
            split_heads(&self.v_proj.forward(&y)?, self.heads)?,
        )?;
        let x = (x + self.out_proj.forward(&attend(&query, &keys, &values, mask)?)?)?;
        let y = self.fc1.forward(&self.final_layer_norm.forward(&x)?)?.relu()?;
        x + self.fc2.forward(&y)?
    }
}
