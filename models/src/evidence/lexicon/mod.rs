//! What words mean in terms of what can be seen: which ImageNet classes and COCO objects support a noun, and how specifically a thing may be named.
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
