//! `config.json` of T5, in its older and newer forms.

use candle_core::{Result, Tensor, bail};
use serde::Deserialize;

/// Sizes, named as in `config.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct T5Config {
    /// Pieces V.
    pub vocab_size: usize,
    /// Width D.
    pub d_model: usize,
    /// Width of a head.
    pub d_kv: usize,
    /// Width of the feed-forward parts.
    pub d_ff: usize,
    /// Layers of the encoder.
    pub num_layers: usize,
    /// Layers of the decoder; as many as of the encoder if not given.
    pub num_decoder_layers: Option<usize>,
    /// Heads.
    pub num_heads: usize,
    /// Distances are told apart in so many steps.
    pub relative_attention_num_buckets: usize,
    /// From here on all distances are one.
    pub relative_attention_max_distance: usize,
    /// Layer norm epsilon.
    pub layer_norm_epsilon: f64,
    /// `relu`, `gated-gelu` and the like.
    pub feed_forward_proj: String,
    /// Says more exactly than `feed_forward_proj` which function it is.
    pub dense_act_fn: Option<String>,
    /// Older files: whether pieces are compared with their embeddings.
    pub tie_word_embeddings: Option<bool>,
    /// Newer files: whether the decoder's output is scaled.
    pub scale_decoder_outputs: Option<bool>,
    /// The piece before the first one that is written.
    pub decoder_start_token_id: Option<u32>,
    /// Stands in for it.
    pub pad_token_id: u32,
}

/// Function between the two dense layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activation {
    Relu,
    Gelu,
    /// GELU by tanh.
    GeluNew,
}

impl Activation {
    pub(super) fn apply(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Relu => x.relu(),
            Self::Gelu => x.gelu_erf(),
            Self::GeluNew => x.gelu(),
        }
    }
}

impl T5Config {
    /// The piece before the first one that is written.
    #[must_use]
    pub fn start(&self) -> u32 {
        self.decoder_start_token_id.unwrap_or(self.pad_token_id)
    }

    pub(super) fn decoder_layers(&self) -> usize {
        self.num_decoder_layers.unwrap_or(self.num_layers)
    }

    pub(super) fn is_gated(&self) -> bool {
        self.feed_forward_proj.starts_with("gated-")
    }

    pub(super) fn activation(&self) -> Result<Activation> {
        let name = match (&self.dense_act_fn, self.feed_forward_proj.as_str()) {
            (Some(name), _) => name,
            // A habit of the reference.
            (None, "gated-gelu") => "gelu_new",
            (None, other) => other.trim_start_matches("gated-"),
        };
        match name {
            "relu" => Ok(Activation::Relu),
            "gelu" => Ok(Activation::Gelu),
            "gelu_new" | "gelu_pytorch_tanh" => Ok(Activation::GeluNew),
            other => bail!("T5's activation is relu, gelu or gelu_new, not {other}"),
        }
    }

    pub(super) fn scales_outputs(&self) -> bool {
        self.scale_decoder_outputs
            .unwrap_or(self.tie_word_embeddings != Some(false))
    }
}
