//! The Q-Former (Li et al., 2023, "BLIP-2"): learned query tokens read a picture by cross-attention and, where asked, a text beside it.
//!
//! Arithmetic and names as `transformers` `Blip2QFormerModel` and `Blip2ForImageTextRetrieval`: post-norm BERT layers, cross-attention
//! in every n-th layer, a feed-forward part of their own for queries and for text. Shapes: B rows, Q queries, T text tokens, S image
//! tokens, D width, P projected width.

mod layer;

use candle_core::{D, DType, Result, Tensor};
use candle_nn::{Embedding, LayerNorm, Linear, Module, VarBuilder, embedding, layer_norm, linear};
use serde::Deserialize;

use layer::Layer;

/// Sizes, named as in `config.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct QFormerConfig {
    /// Width D.
    pub hidden_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Heads of D / heads each.
    pub num_attention_heads: usize,
    /// Width of the feed-forward parts.
    pub intermediate_size: usize,
    /// Cross-attention stands in layers whose index this divides.
    pub cross_attention_frequency: usize,
    /// Width of the image tokens.
    pub encoder_hidden_size: usize,
    /// Queries Q.
    pub num_query_tokens: usize,
    /// Pieces of the text branch.
    pub vocab_size: usize,
    /// Longest text.
    pub max_position_embeddings: usize,
    /// Layer norm epsilon.
    pub layer_norm_eps: f64,
    /// Width P of the contrastive space.
    pub projection_size: usize,
}

/// Queries, text branch and the heads of the first training stage.
pub struct QFormer {
    query_tokens: Tensor,
    word_embeddings: Embedding,
    position_embeddings: Tensor,
    layernorm: LayerNorm,
    layers: Vec<Layer>,
    vision_projection: Linear,
    text_projection: Linear,
    itm_head: Linear,
}

/// A picture's cross-attention keys and values, layer by layer: computed once for any number of texts.
pub struct ImageMemory(Vec<Option<(Tensor, Tensor)>>);

impl QFormer {
    /// Loads `query_tokens`, `qformer.*`, `embeddings.*`, the projections and `itm_head`.
    pub fn load(config: &QFormerConfig, weights: &VarBuilder) -> Result<Self> {
        let (width, eps) = (config.hidden_size, config.layer_norm_eps);
        let layers = weights.pp("qformer.encoder.layer");
        let positions = (config.max_position_embeddings, width);
        Ok(Self {
            query_tokens: weights.get((1, config.num_query_tokens, width), "query_tokens")?,
            word_embeddings: embedding(config.vocab_size, width, weights.pp("embeddings.word_embeddings"))?,
            position_embeddings: weights.get(positions, "embeddings.position_embeddings.weight")?,
            layernorm: layer_norm(width, eps, weights.pp("qformer.layernorm"))?,
            layers: (0..config.num_hidden_layers)
                .map(|index| Layer::load(config, index, &layers.pp(index)))
                .collect::<Result<_>>()?,
            vision_projection: linear(width, config.projection_size, weights.pp("vision_projection"))?,
            text_projection: linear(width, config.projection_size, weights.pp("text_projection"))?,
            itm_head: linear(width, 2, weights.pp("itm_head"))?,
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

    /// What the queries read: [1, Q, D].
    pub fn queries(&self, image: &ImageMemory) -> Result<Tensor> {
        self.run(&self.query_tokens, self.query_tokens.dim(1)?, Some(image))
    }

    /// The queries' outputs [1, Q, D] in the contrastive space: unit vectors [Q, P].
    pub fn project_queries(&self, queries: &Tensor) -> Result<Tensor> {
        unit(&self.vision_projection.forward(queries)?.squeeze(0)?)
    }

    /// A text (ids with its first and last marks) in the contrastive space: a unit vector [P].
    pub fn project_text(&self, ids: &[u32]) -> Result<Tensor> {
        let hidden = self.run(&self.embed(ids)?, 0, None)?;
        unit(
            &self
                .text_projection
                .forward(&hidden.narrow(1, 0, 1)?)?
                .flatten_all()?
                .unsqueeze(0)?,
        )?
        .squeeze(0)
    }

    /// Image-text contrastive score (ITC): the cosine of the text [P] with the nearest query [Q, P], -1..1.
    pub fn contrast(&self, queries: &Tensor, text: &Tensor) -> Result<f32> {
        queries.matmul(&text.unsqueeze(1)?)?.flatten_all()?.max(0)?.to_scalar()
    }

    /// Image-text matching score (ITM): the probability, 0..1, that the text belongs to the picture, both read together.
    pub fn matches(&self, image: &ImageMemory, ids: &[u32]) -> Result<f32> {
        let queries = self.query_tokens.dim(1)?;
        let both = Tensor::cat(&[&self.query_tokens, &self.embed(ids)?], 1)?;
        let hidden = self.run(&both, queries, Some(image))?;
        let logits = self.itm_head.forward(&hidden.narrow(1, 0, queries)?)?.mean(1)?;
        candle_nn::ops::softmax_last_dim(&logits)?
            .flatten_all()?
            .get(1)?
            .to_scalar()
    }

    fn embed(&self, ids: &[u32]) -> Result<Tensor> {
        let words = self
            .word_embeddings
            .forward(&Tensor::new(ids, self.query_tokens.device())?)?;
        (words + self.position_embeddings.narrow(0, 0, ids.len())?)?.unsqueeze(0)
    }

    /// x [1, queries + T, D]; without an image the cross-attention is left out.
    fn run(&self, x: &Tensor, queries: usize, image: Option<&ImageMemory>) -> Result<Tensor> {
        let mut x = self.layernorm.forward(x)?;
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.forward(&x, queries, image.and_then(|memory| memory.0[index].as_ref()))?;
        }
        Ok(x)
    }
}

/// Rows scaled to length 1.
fn unit(x: &Tensor) -> Result<Tensor> {
    let length = x
        .to_dtype(DType::F32)?
        .sqr()?
        .sum_keepdim(D::Minus1)?
        .sqrt()?
        .maximum(1e-12)?;
    x.broadcast_div(&length)
}
