//! BLIP (Li et al., 2022): a vision transformer, and a text transformer with cross-attention to its tokens.
//!
//! Computes the same as `BlipForConditionalGeneration`, `BlipForQuestionAnswering` and `BlipForImageTextRetrieval` in
//! `transformers`, and uses their tensor names. Shapes: S image tokens, T text tokens, W and D the widths of vision and
//! text.

mod text;

use candle_core::{Device, Tensor};
use candle_nn::Module;
use serde::Deserialize;
use serde_json::json;

pub use text::{Reading, TextConfig, TextDecoder, TextMemory, TextModel};

use crate::base::cancel::Cancel;
use crate::base::error::{Error, Result};
use crate::base::task::Task;
use crate::families::family::{Family, Match, Memory, Request, Written, written};
use crate::families::image::Image;
use crate::nn::encoders::{Vit, VitConfig};
use crate::nn::generation::{self, Decoding, Prompt};
use crate::nn::language::LanguageModel;
use crate::nn::preprocessing::Preprocessor;
use crate::nn::tokenizer::Tokenizer;
use crate::picture::Picture;
use crate::weights::checkpoint::{Checkpoint, CheckpointError, Precision, Weights};
use eyebright_kernels::linear::{Linear, unit};
use eyebright_kernels::parallel::in_pool;

/// Default prompt: the words with which captions began in training.
const PROMPT: &str = "a picture of";
/// Tensors that files may contain and that are ignored: position ids, and copies of tied weights.
const UNUSED: [&str; 4] = [
    "embeddings.position_ids",
    "cls.predictions.bias",
    "cls.predictions.decoder.bias",
    "cls.predictions.decoder.weight",
];
/// Start token of a text that is encoded.
const CLS: &str = "[CLS]";

#[derive(Debug, Deserialize)]
struct Config {
    #[serde(rename = "vision_config")]
    vision: VitConfig,
    #[serde(rename = "text_config")]
    text: TextConfig,
    /// Width of the contrastive space of pictures and texts.
    #[serde(rename = "image_text_hidden_size")]
    shared: usize,
}

/// A published BLIP model.
pub struct Blip {
    name: String,
    preprocessor: Preprocessor,
    tokenizer: Tokenizer,
    config: TextConfig,
    device: Device,
    vision: Vit,
    head: Head,
}

/// The part after the vision transformer, different for each task.
enum Head {
    Caption(TextDecoder),
    Answer {
        encoder: TextModel,
        decoder: TextDecoder,
    },
    Match {
        encoder: TextModel,
        vision_proj: Linear,
        text_proj: Linear,
        itm_head: Linear,
    },
}

impl Blip {
    /// Loads a checkpoint of the class that its `architectures` names.
    pub fn open(checkpoint: &Checkpoint, precision: Precision, device: &Device) -> Result<Self> {
        let config: Config = checkpoint.config_over(&defaults())?;
        let class = checkpoint
            .architecture()?
            .architectures
            .into_iter()
            .next()
            .unwrap_or_default();
        let read: fn(&Config, &Weights) -> candle_core::Result<Head> = match class.as_str() {
            "BlipForConditionalGeneration" => caption_head,
            "BlipForQuestionAnswering" => answer_head,
            "BlipForImageTextRetrieval" => match_head,
            _ => {
                return Err(Error::Checkpoint(CheckpointError::Unknown {
                    checkpoint: checkpoint.name().to_owned(),
                    architecture: class,
                    known: "BlipForConditionalGeneration, BlipForQuestionAnswering and BlipForImageTextRetrieval"
                        .into(),
                }));
            }
        };
        let tokenizer = Tokenizer::of_checkpoint(checkpoint, CLS, config.text.sep_token_id)?;
        let (vision, head) = checkpoint.load(precision, device, &UNUSED, |weights| {
            let vision = Vit::load(&config.vision, &weights.pp("vision_model"))?;
            Ok((vision, read(&config, weights)?))
        })?;
        Ok(Self {
            name: checkpoint.name().to_owned(),
            preprocessor: Preprocessor::load(checkpoint)?,
            tokenizer,
            config: config.text,
            device: device.clone(),
            vision,
            head,
        })
    }

    /// Generates texts from the decoder's memory, starting with `[DEC]` and a prompt.
    fn write(
        &self,
        reading: &Reading,
        prompt: &str,
        decoding: &Decoding,
        cancel: &Cancel,
        stream: &mut dyn FnMut(&str),
    ) -> Result<Vec<Written>> {
        let mut ids = self.tokenizer.encode(prompt)?;
        ids.truncate(self.config.max_position_embeddings / 2);
        ids.insert(0, self.config.bos_token_id);
        let embeds = reading.embed(&ids)?;
        let mut tell = self.tokenizer.stream(stream);
        let end = self.config.sep_token_id;
        let sequences = generation::generate(reading, &Prompt { embeds, ids }, end, decoding, cancel, &mut tell)?;
        written(&self.tokenizer, sequences)
    }

    /// Token ids of a text with its start and end tokens, truncated to the longest text the transformer takes.
    fn marked(&self, text: &str) -> Result<Vec<u32>> {
        self.tokenizer.encode_marked(text, self.config.max_position_embeddings)
    }
}

/// The steps behind [`Family`], with typed pictures and explicit decoding settings.
impl Blip {
    /// Encodes a picture.
    pub fn look(&self, picture: &Picture) -> Result<Image> {
        let pixels = self.preprocessor.pixels(picture, &self.device)?;
        Ok(in_pool(|| self.vision.forward(&pixels))?.into())
    }

    /// Settings for captions, as the authors evaluated on COCO.
    pub fn caption_decoding(&self) -> Decoding {
        Decoding {
            beams: 3,
            max_tokens: 20,
            min_tokens: 1,
            ..Decoding::default()
        }
    }

    /// Settings for answers, as the authors evaluated on `VQAv2`.
    pub fn answer_decoding(&self) -> Decoding {
        Decoding {
            beams: 3,
            max_tokens: 10,
            ..Decoding::default()
        }
    }

    /// Writes captions, best first. If `prompt` is `None`, they begin as in training.
    pub fn caption(
        &self,
        image: &Image,
        prompt: Option<&str>,
        decoding: &Decoding,
        cancel: &Cancel,
        stream: &mut dyn FnMut(&str),
    ) -> Result<Vec<Written>> {
        let Head::Caption(decoder) = &self.head else {
            return Err(self.unable(Task::Caption));
        };
        let memory = in_pool(|| decoder.remember(&image.tokens))?;
        self.write(
            &decoder.before(&memory),
            prompt.unwrap_or(PROMPT),
            decoding,
            cancel,
            stream,
        )
    }

    /// Writes answers to a question, best first.
    pub fn answer(
        &self,
        image: &Image,
        question: &str,
        decoding: &Decoding,
        cancel: &Cancel,
        stream: &mut dyn FnMut(&str),
    ) -> Result<Vec<Written>> {
        let Head::Answer { encoder, decoder } = &self.head else {
            return Err(self.unable(Task::Answer));
        };
        let question = self.marked(question)?;
        let memory = in_pool(|| {
            let seen = encoder.remember(&image.tokens)?;
            decoder.remember(&encoder.encode(&question, Some(&seen))?)
        })?;
        self.write(&decoder.before(&memory), "", decoding, cancel, stream)
    }

    /// Scores how well a text matches the picture.
    pub fn score(&self, image: &Image, text: &str) -> Result<Match> {
        let Head::Match {
            encoder,
            vision_proj,
            text_proj,
            itm_head,
        } = &self.head
        else {
            return Err(self.unable(Task::Match));
        };
        let ids = self.marked(text)?;
        let image_side = unit(&vision_proj.forward(&first(&image.tokens)?)?)?;
        let text_side = unit(&text_proj.forward(&first(&encoder.encode(&ids, None)?)?)?)?;
        let both = encoder.encode(&ids, Some(&encoder.remember(&image.tokens)?))?;
        let matching = candle_nn::ops::softmax_last_dim(&itm_head.forward(&first(&both)?)?)?;
        Ok(Match {
            itc: (image_side * text_side)?.sum_all()?.to_scalar()?,
            itm: matching.flatten_all()?.get(1)?.to_scalar()?,
        })
    }

    /// The picture as a unit vector in the contrastive space.
    pub fn embed(&self, image: &Image) -> Result<Vec<f32>> {
        let Head::Match { vision_proj, .. } = &self.head else {
            return Err(self.unable(Task::Embed));
        };
        Ok(unit(&vision_proj.forward(&first(&image.tokens)?)?)?
            .flatten_all()?
            .to_vec1()?)
    }
}

impl Family for Blip {
    fn name(&self) -> &str {
        &self.name
    }

    fn can(&self, task: Task) -> bool {
        match self.head {
            Head::Caption(_) => task == Task::Caption,
            Head::Answer { .. } => task == Task::Answer,
            Head::Match { .. } => matches!(task, Task::Match | Task::Embed),
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
        self.answer(memory.get()?, question, &decoding, request.cancel, request.sink)
    }

    fn match_text(&self, memory: &Memory, text: &str) -> Result<Match> {
        self.score(memory.get()?, text)
    }

    fn embed(&self, memory: &Memory) -> Result<Vec<f32>> {
        self.embed(memory.get()?)
    }
}

fn caption_head(config: &Config, weights: &Weights) -> candle_core::Result<Head> {
    let source = config.vision.hidden_size;
    TextDecoder::load(&config.text, source, &weights.pp("text_decoder")).map(Head::Caption)
}

fn answer_head(config: &Config, weights: &Weights) -> candle_core::Result<Head> {
    let (text, source) = (&config.text, config.vision.hidden_size);
    Ok(Head::Answer {
        encoder: TextModel::load(text, source, &weights.pp("text_encoder"))?,
        decoder: TextDecoder::load(text, text.hidden_size, &weights.pp("text_decoder"))?,
    })
}

fn match_head(config: &Config, weights: &Weights) -> candle_core::Result<Head> {
    let (text, source, shared) = (&config.text, config.vision.hidden_size, config.shared);
    Ok(Head::Match {
        encoder: TextModel::load(text, source, &weights.pp("text_encoder"))?,
        vision_proj: weights.pp("vision_proj").linear(source, shared)?,
        text_proj: weights.pp("text_proj").linear(text.hidden_size, shared)?,
        itm_head: weights.pp("itm_head").linear(text.hidden_size, 2)?,
    })
}

/// The first token of each row: [R, T, W] -> [R, W].
fn first(tokens: &Tensor) -> candle_core::Result<Tensor> {
    tokens.narrow(1, 0, 1)?.squeeze(1)
}

/// Values for keys that are missing in `config.json`: the defaults of `BlipTextConfig` and `BlipVisionConfig`.
fn defaults() -> serde_json::Value {
    json!({
        "vision_config": {
            "hidden_size": 768,
            "intermediate_size": 3072,
            "num_hidden_layers": 12,
            "num_attention_heads": 12,
            "image_size": 384,
            "patch_size": 16,
            "layer_norm_eps": 1e-5,
        },
        "text_config": {
            "vocab_size": 30524,
            "hidden_size": 768,
            "intermediate_size": 3072,
            "num_hidden_layers": 12,
            "num_attention_heads": 8,
            "max_position_embeddings": 512,
            "layer_norm_eps": 1e-12,
            "bos_token_id": 30522,
            "sep_token_id": 102,
        },
        "image_text_hidden_size": 256,
    })
}
