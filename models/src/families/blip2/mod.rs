//! BLIP-2 (Li et al., 2023) and `InstructBLIP` (Dai et al., 2023) as published: EVA's vision transformer, a Q-Former,
//! and OPT or T5.
//!
//! Computes the same as `Blip2ForConditionalGeneration`, `Blip2ForImageTextRetrieval` and
//! `InstructBlipForConditionalGeneration` in `transformers`, and uses their tensor names. Shapes: S image tokens, Q
//! queries, T text tokens, D width of the Q-Former.

mod config;
mod writer;

use candle_core::{Device, Tensor};

use crate::base::cancel::Cancel;
use crate::base::error::Result;
use crate::base::task::{Exchange, Task};
use crate::families::family::{Family, Match, Memory, Request, Written};
use crate::families::image::Image;
use crate::nn::encoders::Vit;
use crate::nn::generation::Decoding;
use crate::nn::preprocessing::Preprocessor;
use crate::nn::qformer::{ImageMemory, Matching, QFormer};
use crate::nn::tokenizer::Tokenizer;
use crate::picture::Picture;
use crate::weights::checkpoint::{Checkpoint, Precision};
use config::{Class, Config};
use eyebright_kernels::parallel::in_pool;
use writer::{Loaded, Writer};

/// Tensors that files may contain and that are ignored: position ids, copies of tied weights, and a position bias that
/// T5 does not use.
const UNUSED: [&str; 4] = [
    "embeddings.position_ids",
    "coder.embed_tokens.weight",
    "language_model.lm_head.weight",
    "EncDecAttention.relative_attention_bias.weight",
];
/// Maximum number of tokens of a text that is scored against a picture.
const MATCHED_TEXT: usize = 32;
/// Start and end token of a text for the Q-Former.
const MARKS: (&str, &str) = ("[CLS]", "[SEP]");

/// A published BLIP-2 or `InstructBLIP` model.
pub struct Blip2 {
    name: String,
    preprocessor: Preprocessor,
    device: Device,
    vision: Vit,
    qformer: QFormer,
    /// Tokenizer of the Q-Former's text branch; None if it has none.
    pieces: Option<Tokenizer>,
    head: Head,
}

/// The part after the Q-Former: a language model, or projections and a matching head.
enum Head {
    Write(Box<Writer>),
    Match(Matching),
}

impl Blip2 {
    /// Loads a checkpoint of the class that its `architectures` names.
    pub fn open(checkpoint: &Checkpoint, precision: Precision, device: &Device) -> Result<Self> {
        let config = Config::read(checkpoint)?;
        let texts = match config.class {
            Class::Blip2 => None,
            Class::Retrieval => Some("tokenizer.json"),
            Class::Instruct => Some("qformer_tokenizer/tokenizer.json"),
        };
        let pieces = texts
            .map(|file| Tokenizer::between(checkpoint, file, MARKS))
            .transpose()?;
        let (vision, qformer, part) = checkpoint.load(precision, device, &UNUSED, |weights| {
            // Only the language model is quantized to fewer than 8 bits: it has most of the weights and tolerates it.
            let seeing = weights.at(precision.or_8_bits());
            let vision = Vit::load(&config.vision, &seeing.pp("vision_model"))?;
            let qformer = QFormer::load(&config.qformer, config.class.text_branch(), &seeing)?;
            let part = match config.class {
                Class::Retrieval => Part::Match(Matching::load(&config.qformer, &seeing)?),
                Class::Blip2 | Class::Instruct => Part::Write(Box::new(Loaded::load(&config, weights)?)),
            };
            Ok((vision, qformer, part))
        })?;
        Ok(Self {
            name: checkpoint.name().to_owned(),
            preprocessor: Preprocessor::load(checkpoint)?,
            device: device.clone(),
            vision,
            qformer,
            pieces,
            head: match part {
                Part::Match(matching) => Head::Match(matching),
                Part::Write(loaded) => Head::Write(Box::new(Writer::new(checkpoint, &config, *loaded)?)),
            },
        })
    }

    /// Preprocesses a picture for the vision transformer: [1, 3, side, side].
    pub fn pixels(&self, picture: &Picture) -> Result<Tensor> {
        self.preprocessor.pixels(picture, &self.device)
    }

    /// Encodes preprocessed pixels. The queries are run too, unless they also read an instruction.
    pub fn encode(&self, pixels: &Tensor) -> Result<Image> {
        in_pool(|| {
            let tokens = self.vision.forward(pixels)?;
            let memory = self.qformer.remember(&tokens)?;
            let queries = (!self.is_instructed())
                .then(|| self.qformer.queries(&memory))
                .transpose()?;
            Ok(Image {
                tokens,
                memory: Some(memory),
                queries,
            })
        })
    }

    /// The query outputs for a picture, [1, Q, D]. Only `InstructBLIP`'s queries read the `instruction`.
    pub fn features(&self, image: &Image, instruction: &str) -> Result<Tensor> {
        if let Some(queries) = &image.queries {
            return Ok(queries.clone());
        }
        let memory = self.memory(image)?;
        match &self.pieces {
            Some(pieces) if self.is_instructed() => {
                let ids = pieces.encode_marked(instruction, self.qformer.max_text())?;
                Ok(self.qformer.queries_beside(&memory, &ids)?)
            }
            _ => Ok(self.qformer.queries(&memory)?),
        }
    }

    fn memory(&self, image: &Image) -> Result<ImageMemory> {
        match &image.memory {
            Some(memory) => Ok(memory.clone()),
            None => Ok(self.qformer.remember(&image.tokens)?),
        }
    }

    /// True if the queries read the prompt as well as the picture, as in `InstructBLIP`.
    fn is_instructed(&self) -> bool {
        matches!(self.head, Head::Write(_)) && self.pieces.is_some()
    }

    /// Projects query outputs [1, Q, D] to the width of the language model.
    pub fn project(&self, features: &Tensor) -> Result<Tensor> {
        self.writer(Task::Caption)?.project(features)
    }

    /// A picture in the contrastive space: one unit vector per query, [Q, P].
    pub fn embed_queries(&self, image: &Image) -> Result<Tensor> {
        Ok(self
            .matching(Task::Embed)?
            .project_queries(&self.features(image, "")?)?)
    }

    /// A text in the contrastive space: a unit vector [P].
    pub fn embed_text(&self, text: &str) -> Result<Tensor> {
        let matching = self.matching(Task::Embed)?;
        Ok(matching.project_text(&self.qformer, &self.marked(text)?)?)
    }

    /// Token ids of a text for the Q-Former, with start and end token.
    fn marked(&self, text: &str) -> Result<Vec<u32>> {
        match &self.pieces {
            Some(pieces) => pieces.encode_marked(text, MATCHED_TEXT.min(self.qformer.max_text())),
            None => Err(self.unable(Task::Match)),
        }
    }

    fn writer(&self, task: Task) -> Result<&Writer> {
        match &self.head {
            Head::Write(writer) => Ok(writer),
            Head::Match(_) => Err(self.unable(task)),
        }
    }

    fn matching(&self, task: Task) -> Result<&Matching> {
        match &self.head {
            Head::Match(matching) => Ok(matching),
            Head::Write(_) => Err(self.unable(task)),
        }
    }
}

/// The steps behind [`Family`], with typed pictures and explicit decoding settings.
impl Blip2 {
    /// Encodes a picture.
    pub fn look(&self, picture: &Picture) -> Result<Image> {
        self.encode(&self.pixels(picture)?)
    }

    /// Settings for captions, as in LAVIS.
    pub fn caption_decoding(&self) -> Decoding {
        Decoding {
            beams: 5,
            max_tokens: 30,
            min_tokens: 1,
            ..Decoding::default()
        }
    }

    /// Settings for answers, as the authors use them with this language model.
    pub fn answer_decoding(&self) -> Decoding {
        self.writer(Task::Answer)
            .map_or_else(|_| Decoding::default(), Writer::answer_decoding)
    }

    /// Writes captions, best first. If `prompt` is `None`, it is the one from training.
    pub fn caption(
        &self,
        image: &Image,
        prompt: Option<&str>,
        decoding: &Decoding,
        cancel: &Cancel,
        stream: &mut dyn FnMut(&str),
    ) -> Result<Vec<Written>> {
        let writer = self.writer(Task::Caption)?;
        let prompt = prompt.unwrap_or(writer.caption_prompt());
        writer.write(&self.features(image, prompt)?, prompt, decoding, cancel, stream)
    }

    /// Writes answers to a question, best first. `before` are earlier questions about the same picture and their
    /// answers.
    pub fn converse(
        &self,
        image: &Image,
        before: &[Exchange],
        question: &str,
        decoding: &Decoding,
        cancel: &Cancel,
        stream: &mut dyn FnMut(&str),
    ) -> Result<Vec<Written>> {
        let writer = self.writer(Task::Answer)?;
        let prompt = writer.question(before, question);
        writer.write(&self.features(image, &prompt)?, &prompt, decoding, cancel, stream)
    }

    /// Scores how well a text matches the picture.
    pub fn score(&self, image: &Image, text: &str) -> Result<Match> {
        let (matching, ids) = (self.matching(Task::Match)?, self.marked(text)?);
        let side = matching.project_text(&self.qformer, &ids)?;
        Ok(Match {
            itc: Matching::contrast(&self.embed_queries(image)?, &side)?,
            itm: matching
                .matches(&self.qformer, &self.memory(image)?, &ids)?
                .squeeze(0)?
                .to_scalar()?,
        })
    }

    /// The picture as a unit vector in the contrastive space: the mean of its query vectors, scaled to length 1.
    pub fn embed(&self, image: &Image) -> Result<Vec<f32>> {
        Ok(Matching::mean(&self.embed_queries(image)?)?)
    }
}

impl Family for Blip2 {
    fn name(&self) -> &str {
        &self.name
    }

    fn can(&self, task: Task) -> bool {
        match self.head {
            Head::Write(_) => matches!(task, Task::Caption | Task::Answer),
            Head::Match(_) => matches!(task, Task::Match | Task::Embed),
        }
    }

    fn look(&self, picture: &Picture) -> Result<Memory> {
        Ok(Memory::new(self.look(picture)?))
    }

    fn caption(&self, memory: &Memory, request: Request<'_>) -> Result<Vec<Written>> {
        let decoding = request.decoding.cloned().unwrap_or_else(|| self.caption_decoding());
        self.caption(memory.get()?, request.prompt, &decoding, request.cancel, request.sink)
    }

    fn answer(&self, memory: &Memory, question: &str, request: Request<'_>) -> Result<Vec<Written>> {
        let decoding = request.decoding.cloned().unwrap_or_else(|| self.answer_decoding());
        self.converse(
            memory.get()?,
            request.before,
            question,
            &decoding,
            request.cancel,
            request.sink,
        )
    }

    fn match_text(&self, memory: &Memory, text: &str) -> Result<Match> {
        self.score(memory.get()?, text)
    }

    fn embed(&self, memory: &Memory) -> Result<Vec<f32>> {
        self.embed(memory.get()?)
    }
}

/// The head as far as it is loaded from the weights; a writer also needs the tokenizer.
enum Part {
    Write(Box<Loaded>),
    Match(Matching),
}
