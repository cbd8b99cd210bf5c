//! The languages in which Eyebright describes pictures and answers questions.

/// A language of descriptions, questions and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    German,
}
