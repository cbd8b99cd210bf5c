//! Reads `config.json` of BLIP-2 and `InstructBLIP`, in its older and newer forms.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::error::{Error, Result};
use crate::nn::encoders::VitConfig;
use crate::nn::language::{OptConfig, T5Config};
use crate::nn::qformer::{QFormerConfig, TextBranch};
use crate::weights::checkpoint::{Checkpoint, CheckpointError, over};

/// The model class that `architectures` in `config.json` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Generates text; the queries read only the picture.
    Blip2,
    /// Generates text; the queries read the instruction too.
    Instruct,
    /// Scores texts against pictures.
    Retrieval,
}

impl Class {
    fn of(name: &str) -> Option<Self> {
        match name {
            "Blip2ForConditionalGeneration" => Some(Self::Blip2),
            "InstructBlipForConditionalGeneration" => Some(Self::Instruct),
            "Blip2ForImageTextRetrieval" => Some(Self::Retrieval),
            _ => None,
        }
    }

    pub(super) fn text_branch(self) -> TextBranch {
        match self {
            Self::Blip2 => TextBranch::None,
            Self::Instruct => TextBranch::Inside,
            Self::Retrieval => TextBranch::Beside,
        }
    }
}

pub(super) struct Config {
    pub(super) class: Class,
    pub(super) vision: VitConfig,
    pub(super) qformer: QFormerConfig,
    /// Placeholder token for one query in a prompt; None in files from before 2024.
    pub(super) image_token: Option<u32>,
    pub(super) language: Language,
}

/// The language model's sizes and special tokens.
pub(super) enum Language {
    Opt { sizes: OptConfig, bos: u32, end: u32 },
    T5 { sizes: T5Config, end: u32 },
}

impl Language {
    /// Width of the embeddings.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Opt { sizes, .. } => sizes.hidden_size,
            Self::T5 { sizes, .. } => sizes.d_model,
        }
    }

    /// Number of rows of the embedding matrix.
    pub(super) fn pieces(&self) -> usize {
        match self {
            Self::Opt { sizes, .. } => sizes.vocab_size,
            Self::T5 { sizes, .. } => sizes.vocab_size,
        }
    }
}

/// The JSON of `config.json`.
#[derive(Deserialize)]
struct File {
    vision_config: VitConfig,
    qformer_config: QFormerConfig,
    text_config: Value,
    num_query_tokens: usize,
    image_text_hidden_size: usize,
    image_token_index: Option<u32>,
}

/// A token id, or a list of which the first is used.
#[derive(Deserialize)]
#[serde(untagged)]
enum Ids {
    One(u32),
    Several(Vec<u32>),
}

impl Ids {
    fn first(self) -> Option<u32> {
        match self {
            Self::One(id) => Some(id),
            Self::Several(ids) => ids.first().copied(),
        }
    }
}

/// Model type and special tokens, as in `text_config` and in `generation_config.json`.
#[derive(Deserialize)]
struct Marks {
    model_type: Option<String>,
    bos_token_id: Option<u32>,
    eos_token_id: Option<Ids>,
}

impl Config {
    pub(super) fn read(checkpoint: &Checkpoint) -> Result<Self> {
        let architecture = checkpoint.architecture()?;
        let name = architecture.architectures.into_iter().next().unwrap_or_default();
        let class = Class::of(&name).ok_or_else(|| {
            unknown(
                checkpoint,
                name,
                "Blip2ForConditionalGeneration, Blip2ForImageTextRetrieval and InstructBlipForConditionalGeneration",
            )
        })?;
        let file: File = checkpoint.config_over(&defaults())?;
        let qformer = QFormerConfig {
            encoder_hidden_size: file.vision_config.hidden_size,
            num_query_tokens: file.num_query_tokens,
            projection_size: file.image_text_hidden_size,
            ..file.qformer_config
        };
        Ok(Self {
            class,
            vision: file.vision_config,
            qformer,
            image_token: file.image_token_index,
            language: language(checkpoint, file.text_config)?,
        })
    }
}

fn language(checkpoint: &Checkpoint, text: Value) -> Result<Language> {
    let written = |error: serde_json::Error| checkpoint.unusable("config.json", format!("text_config: {error}"));
    let marks: Marks = serde_json::from_value(text.clone()).map_err(written)?;
    let generation: Option<Marks> = checkpoint.json_if_there("generation_config.json")?;
    let end = generation
        .and_then(|marks| marks.eos_token_id)
        .or(marks.eos_token_id)
        .and_then(Ids::first);
    match marks.model_type.as_deref().unwrap_or("opt") {
        "opt" => Ok(Language::Opt {
            sizes: serde_json::from_value(over(text, &opt_defaults())).map_err(written)?,
            bos: marks.bos_token_id.unwrap_or(2),
            end: end.unwrap_or(2),
        }),
        "t5" => Ok(Language::T5 {
            sizes: serde_json::from_value(over(text, &t5_defaults())).map_err(written)?,
            end: end.unwrap_or(1),
        }),
        other => Err(unknown(
            checkpoint,
            format!("{other}, behind a Q-Former"),
            "OPT and T5 there",
        )),
    }
}

fn unknown(checkpoint: &Checkpoint, architecture: String, known: &str) -> Error {
    Error::Checkpoint(CheckpointError::Unknown {
        checkpoint: checkpoint.name().to_owned(),
        architecture,
        known: known.to_owned(),
    })
}

/// Values for keys that are missing in `config.json`: the defaults of `Blip2VisionConfig` and `Blip2QFormerConfig`.
fn defaults() -> Value {
    json!({
        "vision_config": {
            "hidden_size": 1408,
            "intermediate_size": 6144,
            "num_hidden_layers": 39,
            "num_attention_heads": 16,
            "image_size": 224,
            "patch_size": 14,
            "layer_norm_eps": 1e-6,
        },
        "qformer_config": {
            "vocab_size": 30522,
            "hidden_size": 768,
            "num_hidden_layers": 12,
            "num_attention_heads": 12,
            "intermediate_size": 3072,
            "max_position_embeddings": 512,
            "layer_norm_eps": 1e-12,
            "cross_attention_frequency": 2,
            "encoder_hidden_size": 1408,
            "num_query_tokens": 32,
            "projection_size": 256,
        },
        "text_config": { "model_type": "opt" },
        "num_query_tokens": 32,
        "image_text_hidden_size": 256,
    })
}

/// The defaults of `OPTConfig`.
fn opt_defaults() -> Value {
    json!({
        "vocab_size": 50272,
        "hidden_size": 768,
        "num_hidden_layers": 12,
        "ffn_dim": 3072,
        "max_position_embeddings": 2048,
        "num_attention_heads": 12,
    })
}

/// The defaults of `T5Config`.
fn t5_defaults() -> Value {
    json!({
        "vocab_size": 32128,
        "d_model": 512,
        "d_kv": 64,
        "d_ff": 2048,
        "num_layers": 6,
        "num_heads": 8,
        "relative_attention_num_buckets": 32,
        "relative_attention_max_distance": 128,
        "layer_norm_epsilon": 1e-6,
        "feed_forward_proj": "relu",
        "pad_token_id": 0,
    })
}
