//! The description of a picture.

use crate::say::language::Language;
use crate::say::statement::Statement;
use crate::sight::moderation::Judgement;
use crate::sight::objects::Object;
use crate::sight::ocr::Line;
use crate::sight::pixels::Kind;
use crate::sight::tags::Tag;

/// The description of a picture: statements, which each language words itself, and the data behind them.
#[derive(Debug, Clone)]
pub struct Description {
    /// The kind of picture.
    pub kind: Kind,
    /// True if the first sentence is said without "possibly" or "may".
    pub sure: bool,
    /// The probability, 0 to 1, that everything the first sentence names is there.
    pub confidence: f32,
    /// The raw caption of the language model, in English, whether it was said or not.
    pub caption: Option<String>,
    /// The likeliest classes, best first.
    pub tags: Vec<Tag>,
    /// The objects that are likely there, with calibrated scores, best first; boxes in pixels of the picture.
    pub objects: Vec<Object>,
    /// Lines of text in reading order; None if text was not looked for.
    pub text: Option<Vec<Line>>,
    /// Judgement on nudity; None if the picture was not judged.
    pub moderation: Option<Judgement>,
    pub(super) first: Vec<Statement>,
    pub(super) more: Vec<Statement>,
    pub(super) everything: Vec<Statement>,
}

impl Description {
    /// The words that are spoken first: one sentence, or a few if the picture has text or the model wrote several.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        said(&self.first, language).join(" ")
    }

    /// Further sentences: things and their places.
    #[must_use]
    pub fn more(&self, language: Language) -> Vec<String> {
        said(&self.more, language)
    }

    /// All remaining sentences: text, tags, colours and size.
    #[must_use]
    pub fn everything(&self, language: Language) -> Vec<String> {
        said(&self.everything, language)
    }
}

fn said(statements: &[Statement], language: Language) -> Vec<String> {
    statements
        .iter()
        .map(|statement| statement.in_words(language))
        .collect()
}
