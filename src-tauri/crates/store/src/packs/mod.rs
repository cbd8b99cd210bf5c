//! Packs of weights beyond the built-in one: what there are, how they come, where they lie.

mod catalogue;
mod client;
mod fetch;
mod hub;
mod wheel;

pub use catalogue::{GLANCE, Listed, catalog, is_here, known, listed, remove};
pub use fetch::fetch;
