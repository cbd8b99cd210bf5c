//! Turns evidence into descriptions and answers. Both are composed as language-independent statements and replies,
//! which each language then words.

pub mod description;
mod english;
mod form;
mod german;
mod language;
mod languages;
mod phrases;
pub mod punctuation;
pub mod question;
mod reply;
mod statement;
mod wording;
mod words;

pub use language::Language;
pub use statement::Statement;
