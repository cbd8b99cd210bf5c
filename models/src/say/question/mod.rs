//! Questions answered from evidence, without a language model.
//!
//! A question's form and nouns are understood in English and German, answered from what the detector, the tags, the pixels and the text
//! [reader](TextLine) found, and said in the language of the question. Where there is no evidence for an answer, or the question says more
//! than its form, the answer declines: nothing is made up.

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
