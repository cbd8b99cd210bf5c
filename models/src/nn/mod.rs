//! The networks' building blocks and what runs them, by the field's names.

pub mod bert;
pub mod convolution;
pub mod encoders;
pub mod generation;
pub mod language;
pub mod preprocessing;
pub mod qformer;
pub mod tokenizer;
