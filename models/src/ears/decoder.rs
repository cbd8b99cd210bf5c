//! The decoder, which writes what the encoder heard: `WhisperDecoder` of `transformers` `modeling_whisper.py`.

use candle_core::{Device, Result, Tensor, bail};
use candle_nn::Module;

use super::blocks::{Attention, FeedForward, Memory, norm};
use super::checkpoint::WhisperConfig;
use crate::attention::causal_mask;
use crate::checkpoint::Weights;
use crate::elementwise::LayerNorm;
use crate::linear::Matrix;

/// Layers that look back at the text, then at the sound; logits are tied to the embedding.
pub struct Decoder {
    embed_tokens: Matrix,
    /// [positions, D].
    embed_positions: Tensor,
    layers: Vec<Layer>,
    layer_norm: LayerNorm,
}

/// What the layers hold: the sound, and the text so far. Clones share it.
#[derive(Debug, Clone)]
pub struct Cache {
    sound: Vec<Memory>,
    text: Vec<Memory>,
    length: usize,
}

impl Decoder {
    /// Loads `model.decoder.*`.
    pub fn load(config: &WhisperConfig, weights: &Weights) -> Result<Self> {
        let weights = weights.pp("model.decoder");
        let width = config.d_model;
        let layer = |index| Layer::load(config, &weights.pp("layers").pp(index));
        Ok(Self {
            embed_tokens: weights.matrix("embed_tokens.weight", config.vocab_size, width)?,
            embed_positions: weights.tensor("embed_positions.weight", &[config.max_target_positions, width])?,
            layers: (0..config.decoder_layers).map(layer).collect::<Result<_>>()?,
            layer_norm: norm(width, "layer_norm", &weights)?,
        })
    }

    /// Takes in what the encoder heard, [1, S, D]: no text yet.
    pub fn listen(&self, heard: &Tensor) -> Result<Cache> {
        let sound = self
            .layers
            .iter()
            .map(|layer| layer.encoder_attn.remember(heard)?.together());
        Ok(Cache {
            sound: sound.collect::<Result<_>>()?,
            text: Vec::new(),
            length: 0,
        })
    }

    /// Reads ids behind the text so far, which they become part of. Returns [1, T, D].
    pub fn forward(&self, ids: &[u32], cache: &mut Cache) -> Result<Tensor> {
        let (past, tokens, most) = (cache.length, ids.len(), self.max_positions());
        if past + tokens > most {
            bail!(
                "a text of {} tokens came; the decoder writes at most {most}",
                past + tokens
            );
        }
        let embeds = self
            .embed_tokens
            .rows(&Tensor::new(ids, self.device())?)?
            .unsqueeze(0)?;
        let mut x = embeds.broadcast_add(&self.embed_positions.narrow(0, past, tokens)?)?;
        // A single token may see everything before it: no mask needed.
        let mask = if tokens > 1 {
            Some(causal_mask(tokens, past, self.device())?)
        } else {
            None
        };
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.forward(&x, mask.as_ref(), index, cache)?;
        }
        cache.length += tokens;
        self.layer_norm.forward(&x)
    }

    /// Scores of the next token: [.., D] -> [.., V], not normalised.
    pub fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        self.embed_tokens.times(hidden)
    }

    /// The longest text, prompt included.
    pub fn max_positions(&self) -> usize {
        self.embed_positions.dims()[0]
    }

    fn device(&self) -> &Device {
        self.embed_positions.device()
    }
}

struct Layer {
    self_attn: Attention,
    encoder_attn: Attention,
    feed_forward: FeedForward,
}

impl Layer {
    fn load(config: &WhisperConfig, weights: &Weights) -> Result<Self> {
        let (width, heads) = (config.d_model, config.decoder_attention_heads);
        Ok(Self {
            self_attn: Attention::load(width, heads, "self_attn", weights)?,
            encoder_attn: Attention::load(width, heads, "encoder_attn", weights)?,
            feed_forward: FeedForward::load(width, config.decoder_ffn_dim, weights)?,
        })
    }

    fn forward(&self, x: &Tensor, mask: Option<&Tensor>, index: usize, cache: &mut Cache) -> Result<Tensor> {
        let normed = self.self_attn.normed(x)?;
        let new = self.self_attn.remember(&normed)?;
        match cache.text.get_mut(index) {
            Some(text) => *text = text.followed_by(&new)?,
            None => cache.text.push(new),
        }
        let x = (x + self.self_attn.look(&normed, &cache.text[index], mask)?)?;
        let normed = self.encoder_attn.normed(&x)?;
        let x = (&x + self.encoder_attn.look(&normed, &cache.sound[index], None)?)?;
        self.feed_forward.forward(&x)
    }
}
