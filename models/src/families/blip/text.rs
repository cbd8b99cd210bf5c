//! BLIP's text transformer: BERT with cross-attention in every layer, as an encoder or as a decoder.

use candle_core::{Device, Result, Tensor};
use candle_nn::Module;
use serde::Deserialize;

use crate::nn::bert::{Attention, FeedForward, Sizes};
use crate::nn::language::{Cache, LanguageModel};
use crate::weights::checkpoint::Weights;
use eyebright_kernels::activations::{LayerNorm, gelu};
use eyebright_kernels::attention::causal_mask;
use eyebright_kernels::linear::{Linear, Matrix};

/// Sizes and marks, named as in `config.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct TextConfig {
    /// Pieces V.
    pub vocab_size: usize,
    /// Width D.
    pub hidden_size: usize,
    /// Width of the feed-forward parts.
    pub intermediate_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Heads of D / heads each.
    pub num_attention_heads: usize,
    /// Longest text.
    pub max_position_embeddings: usize,
    /// Layer norm epsilon.
    pub layer_norm_eps: f64,
    /// Begins what the decoder writes: `[DEC]`.
    pub bos_token_id: u32,
    /// Ends it: `[SEP]`.
    pub sep_token_id: u32,
}

/// Cross-attention keys and values [1, heads, S, D / heads] of every layer: computed once for any number of tokens and beams.
pub struct TextMemory(Vec<(Tensor, Tensor)>);

/// Embeddings and layers.
pub struct TextModel {
    word_embeddings: Matrix,
    position_embeddings: Tensor,
    layer_norm: LayerNorm,
    layers: Vec<Layer>,
}

struct Layer {
    attention: Attention,
    crossattention: Attention,
    feed_forward: FeedForward,
}

impl TextModel {
    /// Loads `embeddings.*` and `encoder.layer.*`; cross-attention reads tokens `source` wide.
    pub fn load(config: &TextConfig, source: usize, weights: &Weights) -> Result<Self> {
        let sizes = Sizes {
            width: config.hidden_size,
            hidden: config.intermediate_size,
            heads: config.num_attention_heads,
            epsilon: config.layer_norm_eps,
        };
        let layer = |index| {
            let weights = weights.pp("encoder.layer").pp(index);
            Ok(Layer {
                attention: Attention::load(sizes, sizes.width, "self", &weights.pp("attention"))?,
                crossattention: Attention::load(sizes, source, "self", &weights.pp("crossattention"))?,
                feed_forward: FeedForward::load(sizes, "intermediate", "output", &weights)?,
            })
        };
        let embeddings = weights.pp("embeddings");
        let positions = [config.max_position_embeddings, sizes.width];
        Ok(Self {
            word_embeddings: embeddings.matrix("word_embeddings.weight", config.vocab_size, sizes.width)?,
            position_embeddings: embeddings.tensor("position_embeddings.weight", &positions)?,
            layer_norm: embeddings.pp("LayerNorm").layer_norm(sizes.width, sizes.epsilon)?,
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_>>()?,
        })
    }

    /// Prepares tokens [1, S, source] to be read.
    pub fn remember(&self, source: &Tensor) -> Result<TextMemory> {
        let of_layer = |layer: &Layer| {
            let (keys, values) = layer.crossattention.keys_values(source)?;
            // Every token will read them: a head's together is read faster.
            Ok((keys.contiguous()?, values.contiguous()?))
        };
        self.layers.iter().map(of_layer).collect::<Result<_>>().map(TextMemory)
    }

    /// A text both ways, beside what `memory` holds if anything: [1, T, D].
    pub fn encode(&self, ids: &[u32], memory: Option<&TextMemory>) -> Result<Tensor> {
        let mut x = self.embedded(&self.words(ids)?, 0)?;
        for (index, layer) in self.layers.iter().enumerate() {
            let (keys, values) = layer.attention.keys_values(&x)?;
            x = layer.forward(&x, &keys, &values, None, memory.map(|memory| &memory.0[index]))?;
        }
        Ok(x)
    }

    /// Word embeddings [1, T, D].
    fn words(&self, ids: &[u32]) -> Result<Tensor> {
        let ids = Tensor::new(ids, self.position_embeddings.device())?;
        self.word_embeddings.rows(&ids)?.unsqueeze(0)
    }

    /// Word embeddings [R, T, D] with those of their positions behind `past` others.
    fn embedded(&self, words: &Tensor, past: usize) -> Result<Tensor> {
        let positions = self.position_embeddings.narrow(0, past, words.dim(1)?)?;
        self.layer_norm.forward(&words.broadcast_add(&positions)?)
    }
}

impl Layer {
    fn forward(
        &self,
        x: &Tensor,
        keys: &Tensor,
        values: &Tensor,
        mask: Option<&Tensor>,
        memory: Option<&(Tensor, Tensor)>,
    ) -> Result<Tensor> {
        let mut x = self.attention.forward(x, keys, values, mask)?;
        if let Some((keys, values)) = memory {
            // All rows read the same picture, each token for itself: they are as good as tokens of one row.
            let (rows, tokens, width) = x.dims3()?;
            let flat = x.reshape((1, rows * tokens, width))?;
            let read = self.crossattention.forward(&flat, keys, values, None)?;
            x = read.reshape((rows, tokens, width))?;
        }
        self.feed_forward.forward(&x)
    }
}

/// The text transformer with its scores of the next piece.
pub struct TextDecoder {
    text: TextModel,
    transform: Linear,
    transform_norm: LayerNorm,
    words: Matrix,
    bias: Tensor,
}

impl TextDecoder {
    /// Loads `bert.*` and `cls.predictions.*`. The scores share the word embeddings unless the file has a matrix of its own for them.
    pub fn load(config: &TextConfig, source: usize, weights: &Weights) -> Result<Self> {
        let text = TextModel::load(config, source, &weights.pp("bert"))?;
        let (width, head) = (config.hidden_size, weights.pp("cls.predictions"));
        let bias = if head.has("bias") { "bias" } else { "decoder.bias" };
        Ok(Self {
            transform: head.pp("transform.dense").linear(width, width)?,
            transform_norm: head
                .pp("transform.LayerNorm")
                .layer_norm(width, config.layer_norm_eps)?,
            words: weights.matrix_or("cls.predictions.decoder.weight", WORDS, &text.word_embeddings)?,
            bias: head.tensor(bias, &[config.vocab_size])?,
            text,
        })
    }

    /// Prepares tokens [1, S, source] to be read.
    pub fn remember(&self, source: &Tensor) -> Result<TextMemory> {
        self.text.remember(source)
    }

    /// The decoder before what it writes about.
    #[must_use]
    pub fn before<'a>(&'a self, memory: &'a TextMemory) -> Reading<'a> {
        Reading { decoder: self, memory }
    }
}

/// Where the tensor lies that the scores may share.
const WORDS: &str = "bert.embeddings.word_embeddings.weight";

/// A decoder that writes about what a memory holds.
pub struct Reading<'a> {
    decoder: &'a TextDecoder,
    memory: &'a TextMemory,
}

impl LanguageModel for Reading<'_> {
    fn embed(&self, ids: &[u32]) -> Result<Tensor> {
        self.decoder.text.words(ids)
    }

    fn forward(&self, embeds: &Tensor, cache: &mut Cache) -> Result<Tensor> {
        let (tokens, past) = (embeds.dim(1)?, cache.len());
        let mut x = self.decoder.text.embedded(embeds, past)?;
        // A single token may see everything before it: no mask needed.
        let mask = if tokens > 1 {
            Some(causal_mask(tokens, past, self.device())?)
        } else {
            None
        };
        for (index, layer) in self.decoder.text.layers.iter().enumerate() {
            let (keys, values) = layer.attention.keys_values(&x)?;
            let (keys, values) = cache.extend(index, keys, values)?;
            x = layer.forward(&x, &keys, &values, mask.as_ref(), Some(&self.memory.0[index]))?;
        }
        cache.advance(tokens);
        Ok(x)
    }

    fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        let decoder = self.decoder;
        let transformed = gelu(decoder.transform.forward(hidden)?)?;
        let transformed = decoder.transform_norm.forward(&transformed)?;
        decoder.words.times(&transformed)?.broadcast_add(&decoder.bias)
    }

    fn device(&self) -> &Device {
        self.decoder.text.position_embeddings.device()
    }

    fn max_positions(&self) -> usize {
        self.decoder.text.position_embeddings.dims()[0]
    }
}
