//! BLIP's text transformer: BERT with cross-attention in every layer, used as an encoder or as a decoder.

use candle_core::{Device, Result, Tensor};
use candle_nn::Module;
use serde::Deserialize;

use crate::nn::bert::{Attention, FeedForward, Sizes};
use crate::nn::language::{Cache, LanguageModel};
use crate::weights::checkpoint::Weights;
use eyebright_kernels::activations::{LayerNorm, gelu};
use eyebright_kernels::attention::causal_mask;
use eyebright_kernels::linear::{Linear, Matrix};

/// Sizes and special tokens, named as in `config.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct TextConfig {
    /// Size of the vocabulary, V.
    pub vocab_size: usize,
    /// Width of the embeddings, D.
    pub hidden_size: usize,
    /// Inner width of the feed-forward layers.
    pub intermediate_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads, each D / heads wide.
    pub num_attention_heads: usize,
    /// Maximum length of a text in tokens.
    pub max_position_embeddings: usize,
    /// Epsilon of the layer norms.
    pub layer_norm_eps: f64,
    /// Start token of the decoder, `[DEC]`.
    pub bos_token_id: u32,
    /// End token, `[SEP]`.
    pub sep_token_id: u32,
}

/// Cross-attention keys and values [1, heads, S, D / heads] of every layer, computed once for any number of tokens and
/// beams.
pub struct TextMemory(Vec<(Tensor, Tensor)>);

/// The text transformer: embeddings and layers.
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
    /// Loads `embeddings.*` and `encoder.layer.*`. `source` is the width of the tokens that cross-attention reads.
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

    /// Computes the cross-attention keys and values of tokens [1, S, source].
    pub fn remember(&self, source: &Tensor) -> Result<TextMemory> {
        let of_layer = |layer: &Layer| {
            let (keys, values) = layer.crossattention.keys_values(source)?;
            // Every token reads them, which is faster if each head's values are contiguous.
            Ok((keys.contiguous()?, values.contiguous()?))
        };
        self.layers.iter().map(of_layer).collect::<Result<_>>().map(TextMemory)
    }

    /// Encodes a text with bidirectional attention, and with cross-attention to `memory` if there is one: [1, T, D].
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

    /// Adds position embeddings, starting at position `past`, to word embeddings [R, T, D] and applies the layer norm.
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
            // All rows read the same picture, and cross-attention treats each token separately, so the rows can be one
            // long row.
            let (rows, tokens, width) = x.dims3()?;
            let flat = x.reshape((1, rows * tokens, width))?;
            let read = self.crossattention.forward(&flat, keys, values, None)?;
            x = read.reshape((rows, tokens, width))?;
        }
        self.feed_forward.forward(&x)
    }
}

/// The text transformer with a head that computes the logits of the next token.
pub struct TextDecoder {
    text: TextModel,
    transform: Linear,
    transform_norm: LayerNorm,
    words: Matrix,
    bias: Tensor,
}

impl TextDecoder {
    /// Loads `bert.*` and `cls.predictions.*`. The output matrix is tied to the word embeddings unless the file has one
    /// of its own.
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

    /// Computes the cross-attention keys and values of tokens [1, S, source].
    pub fn remember(&self, source: &Tensor) -> Result<TextMemory> {
        self.text.remember(source)
    }

    /// The decoder together with the memory it reads, as a language model.
    #[must_use]
    pub fn before<'a>(&'a self, memory: &'a TextMemory) -> Reading<'a> {
        Reading { decoder: self, memory }
    }
}

/// Name of the word embeddings, to which the output matrix may be tied.
const WORDS: &str = "bert.embeddings.word_embeddings.weight";

/// A decoder with the memory that its cross-attention reads.
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
