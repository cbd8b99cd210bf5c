//! Answers questions from evidence, without a language model.
//!
//! The form and the nouns of a question are recognised in English and German. It is answered from the results of the
//! detector, the tags, the pixel statistics and the text [reader](TextLine), in the language of the question. If there
//! is no evidence for an answer, or the question contains words that are not understood, the answer declines and
//! nothing is made up.

mod answer;
mod replying;
mod scene;
#[cfg(test)]
mod tests;
mod text;
mod understand;

pub use super::form::Form;
pub use super::language::Language;
pub use super::reply::Basis;
pub use answer::{Answer, Known, Turn, answer, by_model};
pub use text::TextLine;
