//! From evidence to words: descriptions, and answers to questions. Statements come first; every language says them in its own way.

pub mod description;
mod english;
mod form;
mod german;
mod language;
mod languages;
mod phrases;
pub mod question;
mod reply;
mod statement;
mod wording;
mod words;

pub use language::Language;
pub use statement::Statement;
