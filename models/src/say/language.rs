//! The languages that Eyebright understands and speaks.

/// The languages that are understood and answered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    German,
}
