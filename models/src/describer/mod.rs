//! Describes pictures: runs the networks on a picture, collects their results as evidence, and composes the
//! description.

mod finding;
mod observe;
mod observed;
mod pipeline;
#[cfg(test)]
mod tests;

pub use finding::Finding;
pub use observed::{Observed, Timings, Told};
pub use pipeline::Describer;
