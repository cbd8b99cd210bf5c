//! OPT (Zhang et al., 2022) as in `transformers` `modeling_opt.py`: pre-norm, `ReLU`, learned positions, logits tied to the embedding.

use candle_core::{Device, Result, Tensor, bail};
use candle_nn::Module;
use serde::Deserialize;

use super::{Cache, LanguageModel};
use crate::weights::checkpoint::Weights;
use eyebright_kernels::activations::LayerNorm;
use eyebright_kernels::attention::{attend, causal_mask, split_heads};
use eyebright_kernels::linear::{Linear, Matrix};

/// Positions begin at 2, a habit of the original code.
const POSITION_OFFSET: usize = 2;
const EPSILON: f64 = 1e-5;
const EMBEDDING: &str = "model.decoder.embed_tokens.weight";

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
    /// Function between the two dense layers. Only `relu` is known.
    #[serde(default = "relu")]
    pub activation_function: String,
    /// Whether norms stand before what they are for. OPT-350m, whose stand behind it, is not known.
    #[serde(default = "yes")]
    pub do_layer_norm_before: bool,
}

fn relu() -> String {
    "relu".to_owned()
}

fn yes() -> bool {
    true
}

/// The decoder.
pub struct Opt {
    embed_tokens: Matrix,
    lm_head: Matrix,
    embed_positions: Tensor,
    layers: Vec<Layer>,
    final_layer_norm: LayerNorm,
    max_positions: usize,
}

impl Opt {
    /// Loads `model.decoder.*` below `weights`, and `lm_head` where it is not the embedding again.
    pub fn load(config: &OptConfig, weights: &Weights) -> Result<Self> {
        let (width, positions, heads) = (
            config.hidden_size,
            config.max_position_embeddings,
            config.num_attention_heads,
        );
        if config.activation_function != "relu" || !config.do_layer_norm_before {
            bail!("only an OPT with ReLU and norms in front is known");
        }
        if heads == 0 || !width.is_multiple_of(heads) {
            bail!("a width of {width} does not divide into {heads} heads");
        }
        let embed_tokens = weights.matrix(EMBEDDING, config.vocab_size, width)?;
        let lm_head = weights.matrix_or("lm_head.weight", EMBEDDING, &embed_tokens)?;
        let weights = weights.pp("model.decoder");
        let layer = |index| Layer::load(config, &weights.pp("layers").pp(index));
        Ok(Self {
            embed_tokens,
            lm_head,
            embed_positions: weights.tensor("embed_positions.weight", &[positions + POSITION_OFFSET, width])?,
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_>>()?,
            final_layer_norm: weights.pp("final_layer_norm").layer_norm(width, EPSILON)?,
            max_positions: positions,
        })
    }
}

impl LanguageModel for Opt {
    fn embed(&self, ids: &[u32]) -> Result<Tensor> {
        let ids = Tensor::new(ids, self.embed_positions.device())?;
        self.embed_tokens.rows(&ids)?.unsqueeze(0)
    }

    fn forward(&self, embeds: &Tensor, cache: &mut Cache) -> Result<Tensor> {
        let tokens = embeds.dim(1)?;
        let past = cache.len();
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
        cache.advance(tokens);
        self.final_layer_norm.forward(&x)
    }

    fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        self.lm_head.times(hidden)
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
    fn load(config: &OptConfig, weights: &Weights) -> Result<Self> {
        let (width, hidden) = (config.hidden_size, config.ffn_dim);
        let attention = weights.pp("self_attn");
        Ok(Self {
            q_proj: attention.pp("q_proj").linear(width, width)?,
            k_proj: attention.pp("k_proj").linear(width, width)?,
            v_proj: attention.pp("v_proj").linear(width, width)?,
            out_proj: attention.pp("out_proj").linear(width, width)?,
            self_attn_layer_norm: weights.pp("self_attn_layer_norm").layer_norm(width, EPSILON)?,
            fc1: weights.pp("fc1").linear(width, hidden)?,
            fc2: weights.pp("fc2").linear(hidden, width)?,
            final_layer_norm: weights.pp("final_layer_norm").layer_norm(width, EPSILON)?,
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
