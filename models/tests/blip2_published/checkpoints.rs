//! Loads the tiny checkpoints and their golden values, and makes changed copies of them.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::Tensor;
use eyebright_models::checkpoint::Checkpoint;
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::Image;
use eyebright_models::parts::blip2::Blip2;
use eyebright_models::parts::generation::Decoding;
use eyebright_models::parts::language::Cache;
use eyebright_models::parts::language::LanguageModel;
use eyebright_models::parts::language::Opt;
use eyebright_models::parts::language::OptConfig;
use eyebright_models::parts::language::T5;
use eyebright_models::parts::language::T5Config;
use eyebright_models::{Cancel, Device, Error, Limits, Picture};
use serde::Deserialize;
use tempfile::TempDir;

pub const TOLERANCE: f32 = 1e-4;
pub const HALF_TOLERANCE: f32 = 1e-2;
pub const WRITERS: [&str; 3] = ["opt", "t5", "instruct"];

#[derive(Deserialize)]
pub struct Golden<T> {
    pub cases: Vec<T>,
    #[serde(default)]
    pub decodings: Vec<Settings>,
    #[serde(default)]
    pub new_tokens: usize,
}

/// Settings for generation, with the names and defaults of `transformers`.
#[derive(Deserialize)]
pub struct Settings {
    pub num_beams: usize,
    #[serde(default = "one")]
    pub length_penalty: f32,
}

impl Settings {
    pub fn decoding(&self, max_tokens: usize) -> Decoding {
        Decoding {
            beams: self.num_beams,
            length_penalty: self.length_penalty,
            max_tokens,
            ..Decoding::default()
        }
    }
}

pub fn one() -> f32 {
    1.0
}

#[derive(Deserialize)]
pub struct Case {
    pub picture: String,
    pub prompt: String,
    pub ids: Vec<u32>,
    pub written: Vec<Vec<u32>>,
    pub text: Vec<String>,
}

#[derive(Deserialize)]
pub struct Pair {
    pub text: String,
    pub itc: f32,
    pub itm: f32,
}

pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/blip2")
        .join(name)
}

pub fn cases<T: for<'a> Deserialize<'a>>(name: &str) -> Golden<T> {
    serde_json::from_slice(&fs::read(golden(name).join("golden.json")).unwrap()).unwrap()
}

pub fn values(name: &str) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(golden(name).join("golden.safetensors"), &Device::Cpu).unwrap()
}

pub fn picture(name: &str) -> Picture {
    let bytes = fs::read(golden(&format!("{name}.png"))).unwrap();
    Picture::decode(&bytes, &Limits::default()).unwrap()
}

pub fn open(folder: &Path, precision: Precision) -> Result<Blip2, Error> {
    Blip2::open(&Checkpoint::open(folder)?, precision, &Device::Cpu)
}

pub fn stored(name: &str) -> Blip2 {
    open(&golden(name), Precision::Stored).unwrap()
}

/// Largest difference, relative to the largest value.
pub fn difference(ours: &Tensor, theirs: &Tensor) -> f32 {
    assert_eq!(ours.dims(), theirs.dims());
    let largest = |x: &Tensor| {
        x.abs()
            .unwrap()
            .flatten_all()
            .unwrap()
            .max(0)
            .unwrap()
            .to_scalar::<f32>()
            .unwrap()
    };
    largest(&(ours - theirs).unwrap()) / largest(theirs).max(1e-6)
}

/// Norm of the difference, relative to the norm of the reference: measures the effect of rounding all weights.
pub fn noise(ours: &Tensor, theirs: &Tensor) -> f32 {
    let size = |x: &Tensor| x.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap().sqrt();
    size(&(ours - theirs).unwrap()) / size(theirs)
}

pub fn assert_close(ours: &Tensor, theirs: &Tensor, tolerance: f32, what: &str) {
    let far = difference(ours, theirs);
    assert!(far <= tolerance, "{what} differs by {far}");
}

/// A copy of a checkpoint with changed weights, joined in one file, and a changed configuration.
pub fn changed(
    name: &str,
    weights: impl FnOnce(&mut HashMap<String, Tensor>),
    config: impl FnOnce(&mut serde_json::Value),
) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut tensors = HashMap::new();
    for entry in fs::read_dir(golden(name)).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        match file.rsplit_once('.') {
            Some((stem, "safetensors")) if stem.starts_with("model") => {
                tensors.extend(candle_core::safetensors::load(&path, &Device::Cpu).unwrap());
            }
            Some((stem, "json")) if !stem.starts_with("model") => {
                fs::copy(&path, folder.path().join(file)).unwrap();
            }
            None => {
                fs::create_dir(folder.path().join(&file)).unwrap();
                fs::copy(
                    path.join("tokenizer.json"),
                    folder.path().join(file).join("tokenizer.json"),
                )
                .unwrap();
            }
            _ => {}
        }
    }
    weights(&mut tensors);
    candle_core::safetensors::save(&tensors, folder.path().join("model.safetensors")).unwrap();
    let path = folder.path().join("config.json");
    let mut written = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    config(&mut written);
    fs::write(&path, written.to_string()).unwrap();
    folder
}

/// The language model of a checkpoint, loaded alone.
pub enum Language {
    Opt(Opt),
    T5(T5),
}

impl Language {
    pub fn open(folder: &Path) -> Self {
        let checkpoint = Checkpoint::open(folder).unwrap();
        let is_opt = folder.join("config.json");
        let is_opt = fs::read_to_string(is_opt).unwrap().contains("ffn_dim");
        checkpoint
            .load(Precision::Stored, &Device::Cpu, &[""], |weights| {
                let weights = weights.pp("language_model");
                Ok(if is_opt {
                    let config: TextConfig<OptConfig> = checkpoint.config().unwrap();
                    Self::Opt(Opt::load(&config.text_config, &weights)?)
                } else {
                    let config: TextConfig<T5Config> = checkpoint.config().unwrap();
                    Self::T5(T5::load(&config.text_config, &weights)?)
                })
            })
            .unwrap()
    }

    /// The logits that the reference has: of the prompt for OPT, of a fixed text that follows it for T5.
    pub fn logits(&self, projected: &Tensor, ids: &[u32]) -> Tensor {
        match self {
            Self::Opt(model) => {
                let prompt = Tensor::cat(&[projected, &model.embed(ids).unwrap()], 1).unwrap();
                let hidden = model.forward(&prompt, &mut Cache::default()).unwrap();
                model.logits(&hidden).unwrap()
            }
            Self::T5(model) => {
                let prompt = Tensor::cat(&[projected, &model.embed(ids).unwrap()], 1).unwrap();
                let memory = model.read(&prompt).unwrap();
                let decoder = model.behind(&memory);
                let text = model.embed(&[0, 9, 5, 17, 30, 11, 8, 4]).unwrap();
                let hidden = decoder.forward(&text, &mut Cache::default()).unwrap();
                decoder.logits(&hidden).unwrap()
            }
        }
    }
}

#[derive(Deserialize)]
pub struct TextConfig<T> {
    pub text_config: T,
}

/// A picture as preprocessed by the reference: [1, 3, 28, 28].
pub fn pixels(index: usize) -> Tensor {
    let all = candle_core::safetensors::load(golden("pixels.safetensors"), &Device::Cpu).unwrap();
    all["pixels"].narrow(0, index, 1).unwrap()
}

pub fn written(model: &Blip2, image: &Image, prompt: &str) -> Vec<u32> {
    let decoding = Decoding {
        max_tokens: 6,
        ..Decoding::default()
    };
    let texts = model.caption(image, Some(prompt), &decoding, &Cancel::default(), &mut |_| {});
    texts.unwrap().swap_remove(0).sequence.ids
}
