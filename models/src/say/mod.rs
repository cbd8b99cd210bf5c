//! From evidence to words: descriptions, and answers to questions.

pub mod description;
pub mod question;
