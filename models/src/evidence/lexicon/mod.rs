//! The lexicon: which ImageNet classes and COCO objects are evidence for a noun, and which more general and more
//! specific names a thing has.
//!
//! `lexicon.json` in the pack is made by `training/lexicon.py` from WordNet 3.0 and two hand-made tables.

mod concept;
mod extent;
#[allow(clippy::module_inception)]
mod lexicon;
mod mentions;
#[cfg(test)]
mod tests;

pub use concept::{Concept, Noun, NounKind};
pub use extent::{Extent, Seen};
pub use lexicon::Lexicon;
pub use mentions::Mention;
