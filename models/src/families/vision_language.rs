//! Published models that look at a picture and then write about it, answer questions, or weigh texts.

use candle_core::Tensor;

use crate::base::cancel::Cancel;
use crate::base::error::{Error, Result};
use crate::base::task::{Exchange, Task};
use crate::nn::generation::{Decoding, Sequence};
use crate::nn::qformer::ImageMemory;
use crate::nn::tokenizer::Tokenizer;
use crate::picture::Picture;

/// A picture that was looked at: everything that does not depend on a text.
#[derive(Debug, Clone)]
pub struct Image {
    /// The image encoder's tokens [1, S, W].
    pub tokens: Tensor,
    /// What a Q-Former remembers of them.
    pub memory: Option<ImageMemory>,
    /// What its queries read, [1, Q, D], unless that depends on a text.
    pub queries: Option<Tensor>,
}

impl From<Tensor> for Image {
    /// Where there is no Q-Former.
    fn from(tokens: Tensor) -> Self {
        Self {
            tokens,
            memory: None,
            queries: None,
        }
    }
}

/// How well a text fits a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
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
}

impl Written {
    /// Geometric mean of the probabilities of the pieces, the end included: 0 to 1.
    #[must_use]
    pub fn mean_probability(&self) -> f32 {
        self.sequence.mean_log_probability().exp()
    }
}

/// A model that was loaded. A task that it was not made for fails with [`Error::Unable`].
pub trait VisionLanguage: Send + Sync {
    /// Name of its folder.
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

    /// Encodes a picture, once for any number of texts.
    fn look(&self, picture: &Picture) -> Result<Image>;

    /// How captions are written unless the caller knows better.
    fn caption_decoding(&self) -> Decoding;

    /// How answers are written unless the caller knows better.
    fn answer_decoding(&self) -> Decoding;

    /// Writes captions, best first. They go on from `prompt`; `None` is what the model was trained with. `stream` gets pieces of text as
    /// they become certain.
    fn caption(
        &self,
        image: &Image,
        prompt: Option<&str>,
        decoding: &Decoding,
        cancel: &Cancel,
        stream: &mut dyn FnMut(&str),
    ) -> Result<Vec<Written>>;

    /// Answers a question, best answer first.
    fn answer(
        &self,
        image: &Image,
        question: &str,
        decoding: &Decoding,
        cancel: &Cancel,
        stream: &mut dyn FnMut(&str),
    ) -> Result<Vec<Written>>;

    /// Answers a question behind others about the same picture. Models that were not made for conversations take each question alone.
    fn converse(
        &self,
        image: &Image,
        before: &[Exchange],
        question: &str,
        decoding: &Decoding,
        cancel: &Cancel,
        stream: &mut dyn FnMut(&str),
    ) -> Result<Vec<Written>> {
        let _ = before;
        self.answer(image, question, decoding, cancel, stream)
    }

    /// How well a text fits the picture.
    fn score(&self, image: &Image, text: &str) -> Result<Match>;

    /// The picture as a unit vector, near those of pictures and texts like it.
    fn embed(&self, image: &Image) -> Result<Vec<f32>>;
}

/// Texts of sequences.
pub(crate) fn written(tokenizer: &Tokenizer, sequences: Vec<Sequence>) -> Result<Vec<Written>> {
    let text = |sequence: Sequence| {
        Ok(Written {
            text: tokenizer.decode(&sequence.ids)?.trim().to_owned(),
            words: tokenizer.words(&sequence.ids, &sequence.log_probabilities)?,
            sequence,
        })
    };
    sequences.into_iter().map(text).collect()
}
