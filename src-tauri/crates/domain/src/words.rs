//! The sentences about a picture, as they are spoken, shown and kept.

use eyebright_models::Description;
use eyebright_models::Kind;
use eyebright_models::Language;
use eyebright_models::Level;
use eyebright_models::description::text::is_of_text;
use serde::{Deserialize, Serialize};

use crate::detail::Detail;
use crate::fault::Fault;

/// When the text in a picture is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Text {
    /// Never: it was read already, or cannot be read.
    #[default]
    Done,
    /// When every detail is asked for.
    OnRequest,
    /// As soon as the first sentence is said, because it is most of the picture.
    AtOnce,
}

/// The sentences about a picture, by level of detail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The first sentence.
    pub first: String,
    /// True if the first sentence is said without "possibly".
    pub sure: bool,
    /// Sentences that `Detail::More` adds.
    pub more: Vec<String>,
    /// Sentences that `Detail::All` adds.
    pub everything: Vec<String>,
    /// When its text is read. Pictures of the history are kept too small for reading.
    #[serde(skip)]
    pub text: Text,
    /// Level of the nudity warning; none if the picture was not checked.
    #[serde(skip)]
    pub level: Level,
    /// Why the picture could not be checked for nudity, though it should have been.
    #[serde(skip)]
    pub unjudged: Option<Fault>,
}

impl Words {
    /// Puts the lines of the picture's text before everything else that `Detail::All` adds.
    pub fn add_text(&mut self, lines: &[String]) {
        self.everything.splice(0..0, lines.iter().cloned());
        self.text = Text::Done;
    }

    /// The words of a description in a language. `is_reader`: true if a pack is there that can read the text.
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

/// The sentences of a description without those that were told while it was written; joined, these begin the first.
#[must_use]
pub fn untold(mut sentences: Vec<String>, told: &[String]) -> Vec<String> {
    if let Some(first) = sentences.first_mut()
        && let Some(rest) = first.strip_prefix(told.join(" ").as_str())
    {
        *first = rest.trim_start().to_owned();
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}
