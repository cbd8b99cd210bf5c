//! What is said and shown about a picture.

use crate::say::language::Language;
use crate::say::statement::Statement;
use crate::sight::moderation::Judgement;
use crate::sight::objects::Object;
use crate::sight::ocr::Line;
use crate::sight::pixels::Kind;
use crate::sight::tags::Tag;

/// What is said and shown about a picture: statements, which every language says in its own words.
#[derive(Debug, Clone)]
pub struct Description {
    /// The kind of picture.
    pub kind: Kind,
    /// Whether the first sentence is said without "possibly" or "may".
    pub sure: bool,
    /// The probability, 0 to 1, that everything the first sentence names is there.
    pub confidence: f32,
    /// The raw caption of the language model, in English, whether it was said or not.
    pub caption: Option<String>,
    /// The likeliest classes, best first.
    pub tags: Vec<Tag>,
    /// The objects that are likely there, with calibrated scores, best first; boxes in pixels of the picture.
    pub objects: Vec<Object>,
    /// Lines of text in reading order; None: not looked for.
    pub text: Option<Vec<Line>>,
    /// Whether it may show nudity; None: not judged.
    pub moderation: Option<Judgement>,
    pub(super) first: Vec<Statement>,
    pub(super) more: Vec<Statement>,
    pub(super) everything: Vec<Statement>,
}

impl Description {
    /// What is spoken first: one sentence, of text a few.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        said(&self.first, language).join(" ")
    }

    /// Further sentences: objects and places.
    #[must_use]
    pub fn more(&self, language: Language) -> Vec<String> {
        said(&self.more, language)
    }

    /// Still further sentences: text, tags, colours, size.
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
