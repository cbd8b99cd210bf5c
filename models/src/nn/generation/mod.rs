//! Writing: greedy, sampled and beam search over any [`LanguageModel`](super::language::LanguageModel).
//!
//! Token ids equal those of `transformers` `generate` with the same settings (its `_beam_search` and logits processors).

mod beam;
mod decoding;
mod generate;
mod prompt;
mod sampling;
mod scores;
mod sequence;

pub use decoding::{Decoding, Sampling};
pub use generate::{draw, generate, score_text};
pub use prompt::Prompt;
pub use sequence::Sequence;

pub(crate) use generate::go_on;
pub(crate) use prompt::Prefix;
pub(crate) use sampling::best;
