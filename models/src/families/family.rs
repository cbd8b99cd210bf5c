//! The trait that every family of models implements: encode a picture, then caption it, answer questions or score
//! texts.

use std::any::Any;
use std::sync::Arc;

use crate::base::cancel::Cancel;
use crate::base::error::{Error, Result};
use crate::base::task::{Exchange, Task};
use crate::nn::generation::{Decoding, Sequence};
use crate::nn::tokenizer::Tokenizer;
use crate::picture::Picture;

/// A family's encoding of a picture: everything that does not depend on a text. Its type is known only to the family.
#[derive(Clone)]
pub struct Memory(Arc<dyn Any + Send + Sync>);

impl Memory {
    /// Wraps `looked`, of any type that the family chooses.
    pub fn new<T: Any + Send + Sync>(looked: T) -> Self {
        Self(Arc::new(looked))
    }

    /// The wrapped value. Fails with [`Error::Memory`] if it is of another type, from another family.
    pub fn get<T: Any>(&self) -> Result<&T> {
        self.0.downcast_ref().ok_or(Error::Memory)
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

/// Options for writing a caption or an answer.
pub struct Request<'r> {
    /// The beginning of the caption, which the model continues; None for the prompt it was trained with.
    pub prompt: Option<&'r str>,
    /// Earlier questions about the same picture and their answers. Models without conversations ignore them.
    pub before: &'r [Exchange],
    /// Beam search or sampling settings; None for the family's own.
    pub decoding: Option<&'r Decoding>,
    /// Checked before every token.
    pub cancel: &'r Cancel,
    /// Receives pieces of text as soon as they are final.
    pub sink: &'r mut (dyn FnMut(&str) + Send),
}

impl<'r> Request<'r> {
    /// A request with the family's own settings and no prompt.
    pub fn new(cancel: &'r Cancel, sink: &'r mut (dyn FnMut(&str) + Send)) -> Self {
        Self {
            prompt: None,
            before: &[],
            decoding: None,
            cancel,
            sink,
        }
    }
}

/// Scores of how well a text matches a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Match {
    /// Image-text contrast: cosine of their vectors, -1 to 1.
    pub itc: f32,
    /// Image-text matching: probability, 0 to 1.
    pub itm: f32,
}

/// A text that a model wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The decoded text.
    pub text: String,
    /// The words of `text`, each with the summed log-probability of its tokens.
    pub words: Vec<(String, f32)>,
    /// The tokens and their log-probabilities.
    pub sequence: Sequence,
    /// How well the text fits the picture, by the family's own measures; None if it has none.
    pub fit: Option<Fit>,
}

/// How well a text that a family wrote fits the picture, by its own measures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fit {
    /// Contrast and matching scores of text and picture.
    pub matched: Match,
    /// For each word, the share (0 to 1) of the nearest training pictures whose human captions contain it.
    pub written: Vec<f32>,
}

/// A loaded model. Tasks that it cannot do fail with [`Error::Unable`].
pub trait Family: Send + Sync {
    /// Name of the model's pack or folder.
    fn name(&self) -> &str;

    /// True if the model can do the task.
    fn can(&self, task: Task) -> bool;

    /// The error for a task that the model cannot do.
    fn unable(&self, task: Task) -> Error {
        Error::Unable {
            model: self.name().to_owned(),
            task,
        }
    }

    /// Encodes a picture, once for any number of texts.
    fn look(&self, picture: &Picture) -> Result<Memory>;

    /// Writes captions, best first.
    fn caption(&self, memory: &Memory, request: Request<'_>) -> Result<Vec<Written>>;

    /// Writes answers to a question, best first.
    fn answer(&self, memory: &Memory, question: &str, request: Request<'_>) -> Result<Vec<Written>>;

    /// Scores how well a text matches the picture.
    fn match_text(&self, memory: &Memory, text: &str) -> Result<Match>;

    /// The picture as a unit vector in the model's contrastive space.
    fn embed(&self, memory: &Memory) -> Result<Vec<f32>>;
}

/// Decodes sequences into texts and words.
pub(crate) fn written(tokenizer: &Tokenizer, sequences: Vec<Sequence>) -> Result<Vec<Written>> {
    let text = |sequence: Sequence| {
        Ok(Written {
            text: tokenizer.decode(&sequence.ids)?.trim().to_owned(),
            words: tokenizer.words(&sequence.ids, &sequence.log_probabilities)?,
            sequence,
            fit: None,
        })
    };
    sequences.into_iter().map(text).collect()
}
