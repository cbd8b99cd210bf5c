//! Files of weights: packs with a manifest, published checkpoints, and the tensors in them.

pub mod checkpoint;
#[cfg(feature = "glance")]
mod embedded;
pub mod pack;
pub mod tensors;
