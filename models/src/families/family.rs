//! What every family of models can be asked: to look at a picture, then to write about it, answer questions or weigh texts.

use std::any::Any;
use std::sync::Arc;

use crate::base::cancel::Cancel;
use crate::base::error::{Error, Result};
use crate::base::task::{Exchange, Task};
use crate::nn::generation::{Decoding, Sequence};
use crate::nn::tokenizer::Tokenizer;
use crate::picture::Picture;

/// What a family keeps of a picture that it looked at: everything that does not depend on a text. Only that family can read it.
#[derive(Clone)]
pub struct Memory(Arc<dyn Any + Send + Sync>);

impl Memory {
    /// Keeps `looked`, of a type that the family chooses.
    pub fn new<T: Any + Send + Sync>(looked: T) -> Self {
        Self(Arc::new(looked))
    }

    /// What was kept. Fails with [`Error::Memory`] if another family made it.
    pub fn get<T: Any>(&self) -> Result<&T> {
        self.0.downcast_ref().ok_or(Error::Memory)
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

/// How a text is to be written.
pub struct Request<'r> {
    /// What a caption goes on from; None: as the model was trained.
    pub prompt: Option<&'r str>,
    /// Questions that were answered before about the same picture. Models that were not made for conversations ignore them.
    pub before: &'r [Exchange],
    /// None: as the family writes best.
    pub decoding: Option<&'r Decoding>,
    /// Looked at before every token.
    pub cancel: &'r Cancel,
    /// Gets pieces of text as they become certain.
    pub sink: &'r mut (dyn FnMut(&str) + Send),
}

impl<'r> Request<'r> {
    /// As the family writes best, without a prompt.
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

/// How well a text fits a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Match {
    /// Contrastive: cosine, -1..1.
    pub itc: f32,
    /// Matching: probability, 0..1.
    pub itm: f32,
}

/// A text that a model wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// As the tokenizer spells it.
    pub text: String,
    /// The words of `text`, each with the summed log-probability of its pieces.
    pub words: Vec<(String, f32)>,
    /// The pieces.
    pub sequence: Sequence,
    /// What the family itself knows of how well the text fits; None if it cannot tell.
    pub fit: Option<Fit>,
}

/// How well a text that a family wrote fits the picture, by its own measures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fit {
    /// Against the picture.
    pub matched: Match,
    /// The share of the most like pictures, 0 to 1, of which people wrote each of the words.
    pub written: Vec<f32>,
}

/// A model that was loaded. A task that it was not made for fails with [`Error::Unable`].
pub trait Family: Send + Sync {
    /// Name of its pack or folder.
    fn name(&self) -> &str;

    /// Whether it was made for a task.
    fn can(&self, task: Task) -> bool;

    /// What to say of a task that it was not made for.
    fn unable(&self, task: Task) -> Error {
        Error::Unable {
            model: self.name().to_owned(),
            task,
        }
    }

    /// Looks at a picture, once for any number of texts.
    fn look(&self, picture: &Picture) -> Result<Memory>;

    /// Writes captions, best first.
    fn caption(&self, memory: &Memory, request: Request<'_>) -> Result<Vec<Written>>;

    /// Answers a question, best answer first.
    fn answer(&self, memory: &Memory, question: &str, request: Request<'_>) -> Result<Vec<Written>>;

    /// How well a text fits the picture.
    fn match_text(&self, memory: &Memory, text: &str) -> Result<Match>;

    /// The picture as a unit vector, near those of pictures and texts like it.
    fn embed(&self, memory: &Memory) -> Result<Vec<f32>>;
}

/// Texts of sequences.
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
