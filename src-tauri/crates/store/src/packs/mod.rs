//! Packs of weights beyond the built-in one: the catalogue, fetching, and their folders on disk.

mod catalogue;
mod client;
mod fetch;
mod hub;
mod wheel;

pub use catalogue::{GLANCE, Listed, catalog, is_here, known, listed, remove};
pub use fetch::fetch;
