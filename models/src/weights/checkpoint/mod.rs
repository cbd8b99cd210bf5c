//! A model as published: a folder in the hub's layout, with `config.json`, `tokenizer.json`, `preprocessor_config.json` and the weights in
//! `model.safetensors`, in shards named by `model.safetensors.index.json`, or quantized in `model.gguf`.
//!
//! Files are mapped one tensor at a time, so that no weight is in memory twice. Tensors are taken by name with the shape that
//! `config.json` implies; afterwards [`Checkpoint::load`] names all that were missing, had another shape or were left over.

mod convert;
mod defaults;
mod folder;
mod load;
mod precision;
#[cfg(test)]
mod random;
mod store;
#[cfg(test)]
mod tests;
mod weights;

pub use crate::base::error::{CheckpointError, Misfit};
pub use convert::{Converted, convert};
pub use folder::{Architecture, Checkpoint};
pub use precision::Precision;
pub use weights::Weights;

pub(crate) use defaults::over;
