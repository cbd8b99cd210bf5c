//! The Q-Former (Li et al., 2023, "BLIP-2"): learned query tokens read a picture by cross-attention and, where asked, a text beside it.
//!
//! Arithmetic and names as `transformers` `Blip2QFormerModel` and `InstructBlipQFormerModel`: post-norm BERT layers, cross-attention
//! in every n-th layer, a feed-forward part of their own for queries and for text. Shapes: B rows, Q queries, T text tokens, S image
//! tokens, D width, P projected width.

mod config;
mod layer;
mod matching;
mod memory;
mod queries;

pub use config::{QFormerConfig, TextBranch};
pub use matching::Matching;
pub use memory::ImageMemory;
pub use queries::QFormer;
