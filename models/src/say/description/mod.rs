//! Composes descriptions from evidence, saying only what it supports.

mod compose;
#[allow(clippy::module_inception)]
mod description;
mod first;
mod more;
mod photo;
#[cfg(test)]
mod tests;
pub mod text;

pub use description::Description;
pub use photo::sentence;
