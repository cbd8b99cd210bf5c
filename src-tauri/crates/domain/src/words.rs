//! What can be said of a picture, as it is spoken, shown and kept.

use eyebright_models::Description;
use eyebright_models::Kind;
use eyebright_models::Language;
use eyebright_models::Level;
use eyebright_models::description::text::is_of_text;
use serde::{Deserialize, Serialize};

use crate::detail::Detail;
use crate::fault::Fault;

/// The text in a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Text {
    /// It was read already, or cannot be.
    #[default]
    Done,
    /// It is read when everything is to be said.
    OnRequest,
    /// It is most of the picture, so it is read as soon as the first sentence is out.
    AtOnce,
}

/// What can be said of a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Said first.
    pub first: String,
    /// Whether that is said without "possibly".
    pub sure: bool,
    /// Said when asked for more.
    pub more: Vec<String>,
    /// Said when asked for still more.
    pub everything: Vec<String>,
    /// Whether there may be text to read. Of a picture that was kept there is not: it was kept too small.
    #[serde(skip)]
    pub text: Text,
    /// How much of a warning it needs; none if nobody looked.
    #[serde(skip)]
    pub level: Level,
    /// Why nobody looked, though it was wanted.
    #[serde(skip)]
    pub unjudged: Option<Fault>,
}

impl Words {
    /// The text was read, line by line: it comes first of everything.
    pub fn add_text(&mut self, lines: &[String]) {
        self.everything.splice(0..0, lines.iter().cloned());
        self.text = Text::Done;
    }

    /// The words of a description in a language; its text is still to be read if there `is_reader`.
    pub fn new(description: &Description, language: Language, is_reader: bool) -> Self {
        let text = match description.kind {
            _ if !is_reader || matches!(description.kind, Kind::Blank | Kind::Black) => Text::Done,
            kind if is_of_text(kind) => Text::AtOnce,
            _ => Text::OnRequest,
        };
        Self {
            text,
            first: description.sentence(language),
            sure: description.sure,
            more: description.more(language),
            everything: description.everything(language),
            ..Self::default()
        }
    }

    /// The sentences of a level of detail, those of the levels below included.
    pub fn up_to(&self, detail: Detail) -> Vec<String> {
        let more = self.more.iter().filter(|_| detail >= Detail::More);
        let everything = self.everything.iter().filter(|_| detail >= Detail::All);
        std::iter::once(&self.first)
            .chain(more)
            .chain(everything)
            .filter(|sentence| !sentence.is_empty())
            .cloned()
            .collect()
    }
}
