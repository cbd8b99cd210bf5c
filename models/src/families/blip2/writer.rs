//! The language model after the Q-Former. Projected query outputs stand in its prompt like word embeddings.

use candle_core::Tensor;
use candle_nn::Module;

use super::config::{self, Class, Config};
use crate::base::cancel::Cancel;
use crate::base::error::{Error, Result};
use crate::base::task::Exchange;
use crate::families::family::{Written, written};
use crate::nn::generation::{self, Decoding, Prompt};
use crate::nn::language::{LanguageModel, Opt, T5};
use crate::nn::tokenizer::{SpecialTokens, Tokenizer};
use crate::weights::checkpoint::{Checkpoint, Weights};
use eyebright_kernels::linear::Linear;

/// Maximum number of tokens of a prompt. The last ones are kept, since the question is at the end.
const LONGEST_PROMPT: usize = 512;

/// The loaded projection and language model.
pub(super) struct Loaded {
    projection: Linear,
    model: Model,
}

enum Model {
    Opt(Opt),
    T5 { model: T5, start: u32 },
}

impl Loaded {
    /// Loads `language_projection` and `language_model.*`.
    pub(super) fn load(config: &Config, weights: &Weights) -> candle_core::Result<Self> {
        let language = weights.pp("language_model");
        let model = match &config.language {
            config::Language::Opt { sizes, .. } => Model::Opt(Opt::load(sizes, &language)?),
            config::Language::T5 { sizes, .. } => Model::T5 {
                model: T5::load(sizes, &language)?,
                start: sizes.start(),
            },
        };
        let projection = weights.pp("language_projection");
        Ok(Self {
            projection: projection.linear(config.qformer.hidden_size, config.language.width())?,
            model,
        })
    }
}

/// Generates texts that follow a picture and a prompt.
pub(super) struct Writer {
    loaded: Loaded,
    tokenizer: Tokenizer,
    image_token: Option<u32>,
    /// Start token of a prompt; None for T5.
    bos: Option<u32>,
    end: u32,
    is_instructed: bool,
}

impl Writer {
    pub(super) fn new(checkpoint: &Checkpoint, config: &Config, loaded: Loaded) -> Result<Self> {
        const FILE: &str = "tokenizer.json";
        let (bos, end) = match config.language {
            config::Language::Opt { bos, end, .. } => (Some(bos), end),
            config::Language::T5 { end, .. } => (None, end),
        };
        let tokenizer = Tokenizer::of_file(
            checkpoint,
            FILE,
            SpecialTokens {
                bos: bos.unwrap_or(end),
                eos: end,
            },
        )?;
        let (known, rows) = (tokenizer.pieces(), config.language.pieces());
        if known > rows {
            let reason = format!("it has {known} pieces and the language model knows {rows}");
            return Err(checkpoint.unusable(FILE, reason).into());
        }
        Ok(Self {
            loaded,
            tokenizer,
            image_token: config.image_token,
            bos,
            end,
            is_instructed: config.class == Class::Instruct,
        })
    }

    /// Default prompt for captions. `InstructBLIP`'s is from appendix C of its paper.
    pub(super) fn caption_prompt(&self) -> &'static str {
        if self.is_instructed {
            "A short image description."
        } else {
            ""
        }
    }

    /// The prompt for a question in the authors' format, preceded by earlier questions and answers.
    pub(super) fn question(&self, before: &[Exchange], question: &str) -> String {
        let last = match self.loaded.model {
            Model::Opt(_) => "Answer:",
            Model::T5 { .. } => "Short answer:",
        };
        let answered = |turn: &Exchange| format!("Question: {} Answer: {}.", turn.question, turn.answer);
        let mut turns: Vec<String> = before.iter().map(answered).collect();
        turns.push(format!("Question: {question} {last}"));
        turns.join(" ")
    }

    /// Settings for answers, as in LAVIS. The length penalty is 0 for OPT and -1, which prefers short texts, for T5.
    pub(super) fn answer_decoding(&self) -> Decoding {
        Decoding {
            beams: 5,
            max_tokens: 10,
            length_penalty: match self.loaded.model {
                Model::Opt(_) => 0.0,
                Model::T5 { .. } => -1.0,
            },
            ..Decoding::default()
        }
    }

    /// Generates texts that follow `queries` [1, Q, D] and a prompt, best first.
    pub(super) fn write(
        &self,
        queries: &Tensor,
        prompt: &str,
        decoding: &Decoding,
        cancel: &Cancel,
        stream: &mut dyn FnMut(&str),
    ) -> Result<Vec<Written>> {
        let prompt = self.prompt(&self.project(queries)?, prompt)?;
        cancel.check()?;
        let mut tell = self.tokenizer.stream(stream);
        let sequences = match &self.loaded.model {
            Model::Opt(model) => generation::generate(model, &prompt, self.end, decoding, cancel, &mut tell)?,
            Model::T5 { model, start } => {
                let memory = model.read(&prompt.embeds)?;
                let begin = Prompt {
                    embeds: model.embed(&[*start])?,
                    ids: vec![*start],
                };
                generation::generate(&model.behind(&memory), &begin, self.end, decoding, cancel, &mut tell)?
            }
        };
        written(&self.tokenizer, sequences)
    }

    /// Projects query outputs [1, Q, D] to the width of the language model.
    pub(super) fn project(&self, queries: &Tensor) -> Result<Tensor> {
        Ok(self.loaded.projection.forward(queries)?)
    }

    /// Combines the picture's query embeddings and a text into a prompt. The picture goes where the text has
    /// placeholders for it, or to the beginning if it has none.
    fn prompt(&self, picture: &Tensor, text: &str) -> Result<Prompt> {
        let mut ids = self.ids(text)?;
        let queries = picture.dim(1)?;
        let places: Vec<usize> = (0..ids.len()).filter(|&at| Some(ids[at]) == self.image_token).collect();
        let Some(&first) = places.first() else {
            let embeds = Tensor::cat(&[picture, &self.embed(&ids)?], 1)?;
            if let Some(token) = self.image_token {
                ids.splice(0..0, std::iter::repeat_n(token, queries));
            }
            return Ok(Prompt { embeds, ids });
        };
        if !places.iter().copied().eq(first..first + queries) {
            return Err(Error::Tokenizer(format!(
                "it has {} placeholders for the picture, not {queries} in a row",
                places.len()
            )));
        }
        let (before, after) = (&ids[..first], &ids[first + queries..]);
        let mut parts = vec![picture.clone()];
        if !before.is_empty() {
            parts.insert(0, self.embed(before)?);
        }
        if !after.is_empty() {
            parts.push(self.embed(after)?);
        }
        let embeds = Tensor::cat(&parts, 1)?;
        Ok(Prompt { embeds, ids })
    }

    /// Token ids of a prompt, with the start token for OPT or the end token for T5.
    pub(super) fn ids(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids = self.tokenizer.encode(text)?;
        ids.drain(..ids.len().saturating_sub(LONGEST_PROMPT));
        match self.bos {
            Some(bos) => ids.insert(0, bos),
            None => ids.push(self.end),
        }
        Ok(ids)
    }

    fn embed(&self, ids: &[u32]) -> Result<Tensor> {
        Ok(match &self.loaded.model {
            Model::Opt(model) => model.embed(ids)?,
            Model::T5 { model, .. } => model.embed(ids)?,
        })
    }
}
