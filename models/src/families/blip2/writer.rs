//! The language model behind the Q-Former: query outputs stand in its prompt as if they were words.

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

/// Most pieces of a prompt: the last ones, where the question stands.
const LONGEST_PROMPT: usize = 512;

/// Projection and language model.
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

/// Writes behind a picture and a prompt.
pub(super) struct Writer {
    loaded: Loaded,
    tokenizer: Tokenizer,
    image_token: Option<u32>,
    /// Begins a prompt.
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

    /// What captions were made to follow. (`InstructBLIP`: appendix C of its paper.)
    pub(super) fn caption_prompt(&self) -> &'static str {
        if self.is_instructed {
            "A short image description."
        } else {
            ""
        }
    }

    /// A question as the authors asked it, behind those that were answered before.
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

    /// As LAVIS answers: the shortest of equals for OPT, short texts for T5.
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

    /// Writes texts behind `queries` [1, Q, D] and a prompt, best first.
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

    /// Query outputs [1, Q, D] as the language model reads them: [1, Q, its width].
    pub(super) fn project(&self, queries: &Tensor) -> Result<Tensor> {
        Ok(self.loaded.projection.forward(queries)?)
    }

    /// The picture and a text. In a text without placeholders for it the picture comes first.
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

    /// Pieces of a prompt with its mark: OPT begins a text, T5 ends it.
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
