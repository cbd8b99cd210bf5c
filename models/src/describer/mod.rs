//! From a picture to a description: look, tag, find, caption, weigh, compose.

mod finding;
mod observe;
mod observed;
mod pipeline;
#[cfg(test)]
mod tests;

pub use finding::Finding;
pub use observed::{Observed, Timings, Told};
pub use pipeline::Describer;
