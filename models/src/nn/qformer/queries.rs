//! The Q-Former itself: its queries, its text embeddings and its layers.

use candle_core::{Result, Tensor, bail};
use candle_nn::Module;

use super::config::{QFormerConfig, TextBranch};
use super::layer::Layer;
use super::memory::ImageMemory;
use crate::weights::checkpoint::Weights;
use eyebright_kernels::activations::LayerNorm;
use eyebright_kernels::linear::Matrix;

/// Queries and text branch.
pub struct QFormer {
    query_tokens: Tensor,
    text: Option<TextEmbeddings>,
    layernorm: LayerNorm,
    layers: Vec<Layer>,
    heads: usize,
}

struct TextEmbeddings {
    words: Matrix,
    positions: Tensor,
}

impl QFormer {
    /// Loads `query_tokens`, `qformer.*` and the text branch.
    pub fn load(config: &QFormerConfig, branch: TextBranch, weights: &Weights) -> Result<Self> {
        let (width, queries, eps) = (config.hidden_size, config.num_query_tokens, config.layer_norm_eps);
        if config.cross_attention_frequency == 0 || queries == 0 {
            bail!("a Q-Former needs queries and cross-attention");
        }
        let (embeddings, layernorm) = match branch {
            TextBranch::Inside => (weights.pp("qformer.embeddings"), "qformer.embeddings.layernorm"),
            _ => (weights.pp("embeddings"), "qformer.layernorm"),
        };
        let text = || {
            let positions = [config.max_position_embeddings, width];
            Ok::<_, candle_core::Error>(TextEmbeddings {
                words: embeddings.matrix("word_embeddings.weight", config.vocab_size, width)?,
                positions: embeddings.tensor("position_embeddings.weight", &positions)?,
            })
        };
        let reads_text = branch != TextBranch::None;
        let layers = weights.pp("qformer.encoder.layer");
        Ok(Self {
            query_tokens: weights.tensor("query_tokens", &[1, queries, width])?,
            text: reads_text.then(text).transpose()?,
            layernorm: weights.pp(layernorm).layer_norm(width, eps)?,
            layers: (0..config.num_hidden_layers)
                .map(|index| Layer::load(config, index, reads_text, &layers.pp(index)))
                .collect::<Result<_>>()?,
            heads: config.num_attention_heads,
        })
    }

    /// Prepares image tokens [1, S, encoder width].
    pub fn remember(&self, image: &Tensor) -> Result<ImageMemory> {
        self.layers
            .iter()
            .map(|layer| layer.image_keys_values(image))
            .collect::<Result<_>>()
            .map(ImageMemory)
    }

    /// A memory of so many image tokens that was kept as [`ImageMemory::to_bytes`].
    pub fn recall(&self, bytes: &[u8], tokens: usize) -> Result<ImageMemory> {
        let crosses: Vec<bool> = self.layers.iter().map(Layer::crosses).collect();
        let width = self.query_tokens.dims()[2] / self.heads;
        ImageMemory::from_bytes(bytes, &crosses, [self.heads, tokens, width], self.query_tokens.device())
    }

    /// Output of the queries for the pictures of a memory: [B, Q, D].
    pub fn queries(&self, image: &ImageMemory) -> Result<Tensor> {
        self.run(&self.query_tokens, self.count(), Some(image))
    }

    /// Output of the queries for the pictures of a memory, with a text (ids with its first and last marks) beside them: [B, Q, D].
    pub fn queries_beside(&self, image: &ImageMemory, ids: &[u32]) -> Result<Tensor> {
        let both = Tensor::cat(&[&self.query_tokens, &self.embed(ids)?], 1)?;
        self.run(&both, self.count(), Some(image))
    }

    /// A text alone: [1, T, D].
    pub fn text(&self, ids: &[u32]) -> Result<Tensor> {
        self.run(&self.embed(ids)?, 0, None)
    }

    /// Longest text that it reads; 0 where it reads none.
    #[must_use]
    pub fn max_text(&self) -> usize {
        self.text.as_ref().map_or(0, |text| text.positions.dims()[0])
    }

    fn count(&self) -> usize {
        self.query_tokens.dims()[1]
    }

    fn embed(&self, ids: &[u32]) -> Result<Tensor> {
        let Some(text) = &self.text else {
            bail!("this Q-Former has no text branch")
        };
        let words = text.words.rows(&Tensor::new(ids, self.query_tokens.device())?)?;
        (words + text.positions.narrow(0, 0, ids.len())?)?.unsqueeze(0)
    }

    /// x [1, queries + T, D]; without an image the cross-attention is left out. Tells what the queries read, [B, queries, D] of as many
    /// pictures, or the text where there are none.
    fn run(&self, x: &Tensor, queries: usize, image: Option<&ImageMemory>) -> Result<Tensor> {
        let mut x = self.layernorm.forward(x)?;
        let last = self.layers.len().saturating_sub(1);
        for (index, layer) in self.layers.iter().enumerate() {
            let image = image.and_then(|memory| memory.0[index].as_ref());
            x = layer.forward(&x, queries, image, index < last)?;
        }
        Ok(x)
    }
}
