//! Whisper's decoder, which generates the text: `WhisperDecoder` of `transformers` `modeling_whisper.py`.

use candle_core::{Device, Result, Tensor, bail};
use candle_nn::Module;

use super::blocks::{Attention, FeedForward, Memory, norm};
use super::config::WhisperConfig;
use crate::nn::language::{Cache, LanguageModel, log_sum_exp};
use crate::weights::checkpoint::Weights;
use eyebright_kernels::activations::{LayerNorm, softmax};
use eyebright_kernels::attention::causal_mask;
use eyebright_kernels::linear::Matrix;

/// Layers of self-attention to the text and cross-attention to the sound; logits are tied to the embedding.
pub struct Decoder {
    embed_tokens: Matrix,
    /// [positions, D].
    embed_positions: Tensor,
    layers: Vec<Layer>,
    layer_norm: LayerNorm,
}

/// The memory of cross-attention for one sound in V variants, such as slowed ones: keys and values [V, heads, S, W] of
/// each layer.
#[derive(Debug, Clone)]
pub struct Sound(Vec<Memory>);

impl Sound {
    fn ways(&self) -> usize {
        self.0.first().map_or(1, Memory::rows)
    }
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

    /// Computes the cross-attention memory of the encoder's output [V, S, D], for V variants of one sound.
    pub fn listen(&self, heard: &Tensor) -> Result<Sound> {
        let layers = self.layers.iter();
        let memories = layers.map(|layer| layer.encoder_attn.remember(heard)?.together());
        memories.collect::<Result<_>>().map(Sound)
    }

    /// The decoder conditioned on a sound. It never generates the ids in `never`.
    pub fn before<'a>(&'a self, sound: &'a Sound, never: impl IntoIterator<Item = u32>) -> Result<Writing<'a>> {
        let mut barred = vec![0.0; self.vocabulary() as usize];
        for id in never {
            if let Some(score) = barred.get_mut(id as usize) {
                *score = f32::NEG_INFINITY;
            }
        }
        Ok(Writing {
            decoder: self,
            sound,
            barred: Tensor::new(barred, self.embed_positions.device())?,
        })
    }

    /// Size of the vocabulary.
    pub(super) fn vocabulary(&self) -> u32 {
        self.embed_tokens.sizes().0 as u32
    }
}

/// A language model conditioned on a sound. With several variants of the sound, it runs once for each of them, and the
/// log-probability of a token is the mean of all: tokens on which the variants do not agree become less likely.
pub struct Writing<'a> {
    decoder: &'a Decoder,
    sound: &'a Sound,
    /// Added to the logits [vocabulary]: minus infinity for ids that are never generated, 0 for the others.
    barred: Tensor,
}

impl Writing<'_> {
    /// Logits for each variant, with D the width: [R, T, V D] -> [R, T, V, vocabulary].
    pub(super) fn scores(&self, hidden: &Tensor) -> Result<Tensor> {
        let (rows, tokens, all) = hidden.dims3()?;
        let ways = self.sound.ways();
        let hidden = hidden.reshape((rows, tokens, ways, all / ways))?;
        self.decoder.embed_tokens.times(&hidden)
    }

    /// Combines the logits of all variants and bars ids: [R, T, V, vocabulary] -> [R, T, vocabulary]. For one variant
    /// the result is logits, for several it is mean log-probabilities.
    pub(super) fn together(&self, scores: &Tensor) -> Result<Tensor> {
        let scores = scores.broadcast_add(&self.barred)?;
        if self.sound.ways() == 1 {
            return scores.squeeze(2);
        }
        // The log of the sum over all tokens, from the probability of the likeliest one.
        let largest = softmax(&scores)?.max_keepdim(3)?.log()?;
        let totals = (scores.max_keepdim(3)? - largest)?;
        scores.broadcast_sub(&totals)?.mean(2)
    }
}

impl LanguageModel for Writing<'_> {
    fn embed(&self, ids: &[u32]) -> Result<Tensor> {
        let ids = Tensor::new(ids, self.device())?;
        self.decoder.embed_tokens.rows(&ids)?.unsqueeze(0)
    }

    /// Returns [R, T, V D]: the variants side by side. In the cache they are further heads.
    fn forward(&self, embeds: &Tensor, cache: &mut Cache) -> Result<Tensor> {
        let (rows, tokens, width) = embeds.dims3()?;
        let (past, most, ways) = (cache.len(), self.max_positions(), self.sound.ways());
        if past + tokens > most {
            bail!(
                "a text of {} tokens came; the decoder writes at most {most}",
                past + tokens
            );
        }
        let positions = self.decoder.embed_positions.narrow(0, past, tokens)?;
        let x = embeds.broadcast_add(&positions)?.unsqueeze(1)?;
        let mut x = x.repeat((1, ways, 1, 1))?.flatten(0, 1)?;
        // In cross-attention rows can be treated as tokens: neither see each other.
        let by_way = |x: &Tensor| {
            let x = x.reshape((rows, ways, tokens, width))?.transpose(0, 1)?;
            x.reshape((ways, rows * tokens, width))
        };
        let by_row = |x: &Tensor| {
            let x = x.reshape((ways, rows, tokens, width))?.transpose(0, 1)?;
            x.reshape((rows * ways, tokens, width))
        };
        // A single token may see everything before it: no mask needed.
        let mask = if tokens > 1 {
            Some(causal_mask(tokens, past, self.device())?)
        } else {
            None
        };
        for (index, layer) in self.decoder.layers.iter().enumerate() {
            let normed = layer.self_attn.normed(&x)?;
            let text = layer.self_attn.remember(&normed)?.extend(cache, index, ways)?;
            x = (x + layer.self_attn.attend(&normed, &text, mask.as_ref())?)?;
            let normed = by_way(&layer.encoder_attn.normed(&x)?)?;
            let heard = layer.encoder_attn.attend(&normed, &self.sound.0[index], None)?;
            x = layer.feed_forward.forward(&(x + by_row(&heard)?)?)?;
        }
        cache.advance(tokens);
        let hidden = self.decoder.layer_norm.forward(&x)?;
        hidden
            .reshape((rows, ways, tokens, width))?
            .transpose(1, 2)?
            .reshape((rows, tokens, ways * width))
    }

    fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        self.together(&self.scores(hidden)?)
    }

    /// 0 for several variants: their scores are means of log-probabilities already.
    fn normaliser(&self, scores: &[f32]) -> f32 {
        if self.sound.ways() == 1 {
            log_sum_exp(scores)
        } else {
            0.0
        }
    }

    fn device(&self) -> &Device {
        self.decoder.embed_positions.device()
    }

    /// The longest text, prompt included.
    fn max_positions(&self) -> usize {
        self.decoder.embed_positions.dims()[0]
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
}
