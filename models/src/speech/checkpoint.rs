//! A Whisper checkpoint on disk: as the model hub has it, or as `CTranslate2` has converted it.

use candle_core::Device;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::config::WhisperConfig;
use super::ctranslate2;
use crate::base::error::PackError;
use crate::weights::checkpoint::{Precision, Weights};
use crate::weights::pack::Pack;
use crate::weights::tensors::tensors;

const CONFIG: &str = "config.json";
const GENERATION: &str = "generation_config.json";
/// `CTranslate2`'s name for its binary.
const CONVERTED: &str = "model.bin";
const PUBLISHED: &str = "model.safetensors";

/// Token ids that must not be generated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suppressed {
    /// Nowhere in a text: special tokens, and signs that stand for sounds rather than words.
    pub always: Vec<u32>,
    /// Not as the first token.
    pub first: Vec<u32>,
}

/// A loaded checkpoint.
pub struct Checkpoint {
    /// Its sizes.
    pub config: WhisperConfig,
    /// Token ids that it must not generate.
    pub suppressed: Suppressed,
    /// Weights in f32, with the hub's names (`model.encoder.*`, `model.decoder.*`).
    pub weights: Weights,
}

impl Checkpoint {
    /// Reads `model.bin` if the pack has it, `model.safetensors` otherwise.
    pub fn load(pack: &Pack, device: &Device) -> Result<Self, PackError> {
        let has = |name: &str| pack.manifest().files.iter().any(|file| file.name == name);
        if has(CONVERTED) {
            let suppressed = json::<ConvertedConfig>(pack, CONFIG)?.into();
            let bytes = pack.file(CONVERTED)?;
            let unusable = |reason| pack.unusable(CONVERTED, reason);
            let (config, tensors) = ctranslate2::read(&bytes, device).map_err(unusable)?;
            return Ok(Self {
                config: checked(pack, CONVERTED, config)?,
                suppressed,
                weights: Weights::of_tensors(tensors, Precision::Stored, device),
            });
        }
        let generation = if has(GENERATION) { GENERATION } else { CONFIG };
        Ok(Self {
            config: checked(pack, CONFIG, json(pack, CONFIG)?)?,
            suppressed: json::<GenerationConfig>(pack, generation)?.into(),
            weights: Weights::of_tensors(tensors(pack, PUBLISHED, device)?, Precision::Stored, device),
        })
    }
}

/// The part of the hub's `generation_config.json`, or of older `config.json`, that is needed.
#[derive(Deserialize)]
struct GenerationConfig {
    suppress_tokens: Option<Vec<i64>>,
    begin_suppress_tokens: Option<Vec<i64>>,
}

impl From<GenerationConfig> for Suppressed {
    fn from(config: GenerationConfig) -> Self {
        // -1 stands for a default list in some.
        let ids = |ids: Option<Vec<i64>>| ids.into_iter().flatten().filter_map(|id| id.try_into().ok()).collect();
        Self {
            always: ids(config.suppress_tokens),
            first: ids(config.begin_suppress_tokens),
        }
    }
}

/// The part of `CTranslate2`'s `config.json` that is needed.
#[derive(Deserialize)]
struct ConvertedConfig {
    suppress_ids: Vec<u32>,
    suppress_ids_begin: Vec<u32>,
}

impl From<ConvertedConfig> for Suppressed {
    fn from(config: ConvertedConfig) -> Self {
        Self {
            always: config.suppress_ids,
            first: config.suppress_ids_begin,
        }
    }
}

fn json<T: DeserializeOwned>(pack: &Pack, file: &str) -> Result<T, PackError> {
    serde_json::from_slice(&pack.file(file)?).map_err(|error| pack.unusable(file, error))
}

/// Checks that the heads share the width evenly: candle would only find out while it runs.
fn checked(pack: &Pack, file: &str, config: WhisperConfig) -> Result<WhisperConfig, PackError> {
    let width = config.d_model;
    match [config.encoder_attention_heads, config.decoder_attention_heads]
        .iter()
        .find(|&&heads| heads == 0 || !width.is_multiple_of(heads))
    {
        Some(heads) => Err(pack.unusable(file, format!("{heads} heads cannot share a width of {width}"))),
        None => Ok(config),
    }
}
