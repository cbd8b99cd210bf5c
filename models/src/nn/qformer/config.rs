//! Sizes of a Q-Former, and where its text branch lies.

use serde::Deserialize;

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

/// The text branch: none, or where its tensors lie in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextBranch {
    /// Queries alone: BLIP-2 before a language model.
    None,
    /// `embeddings` stands beside `qformer`: BLIP-2 for retrieval.
    Beside,
    /// `qformer.embeddings`: `InstructBLIP`, whose queries read the instruction.
    Inside,
}
