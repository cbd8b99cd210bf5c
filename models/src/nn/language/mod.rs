//! Language models: the part that writes. It reads embeddings, so that a picture's query tokens can stand among words.

mod cache;
mod language_model;
mod log_sum_exp;
mod opt;
pub mod t5;

pub use cache::Cache;
pub use language_model::LanguageModel;
pub use opt::{Opt, OptConfig};
pub use t5::{T5, T5Config};

pub(crate) use log_sum_exp::log_sum_exp;
