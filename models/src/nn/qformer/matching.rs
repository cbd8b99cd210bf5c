//! The heads of the first training stage (`transformers` `Blip2ForImageTextRetrieval`): how well a text fits a picture.

use candle_core::{Result, Tensor};
use candle_nn::Module;
use candle_nn::ops::sigmoid;

use super::config::QFormerConfig;
use super::memory::ImageMemory;
use super::queries::QFormer;
use crate::weights::checkpoint::Weights;
use eyebright_kernels::linear::{Linear, unit};

/// Projections into the contrastive space, and the head that weighs picture and text together.
pub struct Matching {
    vision_projection: Linear,
    text_projection: Linear,
    itm_head: Linear,
}

impl Matching {
    /// Loads `vision_projection`, `text_projection` and `itm_head`.
    pub fn load(config: &QFormerConfig, weights: &Weights) -> Result<Self> {
        let (width, projected) = (config.hidden_size, config.projection_size);
        Ok(Self {
            vision_projection: weights.pp("vision_projection").linear(width, projected)?,
            text_projection: weights.pp("text_projection").linear(width, projected)?,
            itm_head: weights.pp("itm_head").linear(width, 2)?,
        })
    }

    /// The queries' outputs [1, Q, D] in the contrastive space: unit vectors [Q, P].
    pub fn project_queries(&self, queries: &Tensor) -> Result<Tensor> {
        unit(&self.vision_projection.forward(queries)?.squeeze(0)?)
    }

    /// A text (ids with its first and last marks) in the contrastive space: a unit vector [P].
    pub fn project_text(&self, qformer: &QFormer, ids: &[u32]) -> Result<Tensor> {
        let first = qformer.text(ids)?.narrow(1, 0, 1)?.squeeze(0)?;
        unit(&self.text_projection.forward(&first)?)?.squeeze(0)
    }

    /// A picture as one unit vector: the mean of its queries [Q, P].
    pub fn mean(queries: &Tensor) -> Result<Vec<f32>> {
        unit(&queries.mean_keepdim(0)?)?.flatten_all()?.to_vec1()
    }

    /// Image-text contrastive score (ITC): the cosine of the text [P] with the nearest query [Q, P], -1..1.
    pub fn contrast(queries: &Tensor, text: &Tensor) -> Result<f32> {
        queries.matmul(&text.unsqueeze(1)?)?.flatten_all()?.max(0)?.to_scalar()
    }

    /// Image-text matching scores (ITM) [B] of a memory's pictures: the probability, 0..1, that the text belongs to the picture, both read
    /// together.
    pub fn matches(&self, qformer: &QFormer, images: &ImageMemory, ids: &[u32]) -> Result<Tensor> {
        sigmoid(&self.log_odds(qformer, images, ids)?)
    }

    /// The same as log-odds [B]: how much more the head says "match" than "no match".
    pub fn log_odds(&self, qformer: &QFormer, images: &ImageMemory, ids: &[u32]) -> Result<Tensor> {
        let logits = self.itm_head.forward(&qformer.queries_beside(images, ids)?)?.mean(1)?;
        logits.narrow(1, 1, 1)?.sub(&logits.narrow(1, 0, 1)?)?.squeeze(1)
    }
}
