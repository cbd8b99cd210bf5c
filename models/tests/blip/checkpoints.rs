//! Loads the tiny checkpoints, parts of them and their golden values.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::reference::Settings;
use candle_core::{Device, Tensor};
use eyebright_models::checkpoint::Checkpoint;
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::Image;
use eyebright_models::parts::Weights;
use eyebright_models::parts::blip::Blip;
use eyebright_models::parts::blip::Reading;
use eyebright_models::parts::blip::TextConfig;
use eyebright_models::parts::blip::TextDecoder;
use eyebright_models::parts::encoders::Vit;
use eyebright_models::parts::encoders::VitConfig;
use eyebright_models::parts::language::Cache;
use eyebright_models::parts::language::LanguageModel;
use serde::Deserialize;
use tempfile::TempDir;

pub const TOLERANCE: f32 = 1e-4;
pub const HALF_TOLERANCE: f32 = 1e-2;
pub const PICTURES: usize = 8;

#[derive(Deserialize)]
pub struct Cases {
    #[serde(default)]
    pub ids: Vec<u32>,
    #[serde(default)]
    pub decodings: Vec<Settings>,
    #[serde(default)]
    pub prompts: Vec<String>,
    #[serde(default)]
    pub questions: Vec<String>,
    #[serde(default)]
    pub written: Vec<Vec<Vec<Vec<u32>>>>,
    #[serde(default)]
    pub texts: Vec<String>,
    #[serde(default)]
    pub itm: Vec<Vec<f32>>,
    #[serde(default)]
    pub itc: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
pub struct Config {
    pub vision_config: VitConfig,
    pub text_config: TextConfig,
}

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/blip")
        .join(name)
}

pub fn cases(name: &str) -> Cases {
    serde_json::from_slice(&fs::read(folder(name).join("cases.json")).unwrap()).unwrap()
}

pub fn tensors(path: PathBuf) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(path, &Device::Cpu).unwrap()
}

pub fn values(name: &str) -> HashMap<String, Tensor> {
    tensors(folder(name).join("values.safetensors"))
}

pub fn pixels(picture: usize) -> Tensor {
    tensors(folder("pixels.safetensors"))["pixels"]
        .narrow(0, picture, 1)
        .unwrap()
}

/// Loads a part of a checkpoint with `build`.
pub fn part<T>(
    folder: &Path,
    precision: Precision,
    build: impl FnOnce(&Config, &Weights) -> candle_core::Result<T>,
) -> (Config, T) {
    let checkpoint = Checkpoint::open(folder).unwrap();
    let config: Config = checkpoint.config().unwrap();
    let load = |weights: &Weights| build(&config, weights);
    let part = checkpoint.load(precision, &Device::Cpu, &[""], load).unwrap();
    (config, part)
}

pub fn vision(folder: &Path, precision: Precision) -> Vit {
    let build = |config: &Config, weights: &Weights| Vit::load(&config.vision_config, &weights.pp("vision_model"));
    part(folder, precision, build).1
}

pub fn decoder(folder: &Path, precision: Precision) -> TextDecoder {
    let build = |config: &Config, weights: &Weights| {
        let source = config.vision_config.hidden_size;
        TextDecoder::load(&config.text_config, source, &weights.pp("text_decoder"))
    };
    part(folder, precision, build).1
}

pub fn look(folder: &Path, picture: usize) -> Image {
    let tokens = vision(folder, Precision::Stored).forward(&pixels(picture)).unwrap();
    tokens.into()
}

pub fn blip(folder: &Path, precision: Precision) -> Blip {
    Blip::open(&Checkpoint::open(folder).unwrap(), precision, &Device::Cpu).unwrap()
}

/// A copy of a checkpoint with one tensor changed.
pub fn changed(name: &str, tensor: &str, change: impl Fn(&Tensor) -> Tensor) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in ["config.json", "preprocessor_config.json", "tokenizer.json"] {
        fs::copy(folder(name).join(file), copy.path().join(file)).unwrap();
    }
    let mut weights = tensors(folder(name).join("model.safetensors"));
    let new = change(&weights[tensor]);
    weights.insert(tensor.to_owned(), new);
    candle_core::safetensors::save(&weights, copy.path().join("model.safetensors")).unwrap();
    copy
}

pub fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Largest difference, relative to the largest value.
pub fn difference(ours: &Tensor, theirs: &Tensor) -> f32 {
    assert_eq!(ours.dims(), theirs.dims());
    let (ours, theirs) = (numbers(ours), numbers(theirs));
    let largest = theirs.iter().fold(1e-6_f32, |a, b| a.max(b.abs()));
    ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) / largest
}

/// Norm of the difference, relative to the norm of the reference: measures the effect of rounding all weights.
pub fn noise(ours: &Tensor, theirs: &Tensor) -> f32 {
    let size = |x: &Tensor| x.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap().sqrt();
    size(&(ours - theirs).unwrap()) / size(theirs)
}

pub fn logits(reading: &Reading, ids: &[u32], cache: &mut Cache) -> Tensor {
    let hidden = reading.forward(&reading.embed(ids).unwrap(), cache).unwrap();
    reading.logits(&hidden).unwrap()
}

/// Logits of the golden text, computed from golden vision tokens: (ours, the reference's).
pub fn golden_logits(folder: &Path, picture: usize, precision: Precision) -> (Tensor, Tensor) {
    let values = values("caption");
    let decoder = decoder(folder, precision);
    let memory = decoder.remember(&values[&format!("{picture}.tokens")]).unwrap();
    let ours = logits(&decoder.before(&memory), &cases("caption").ids, &mut Cache::default());
    (ours, values[&format!("{picture}.logits")].clone())
}

/// Vision tokens of the golden pixels: (ours, the reference's).
pub fn golden_vision(folder: &Path, picture: usize, precision: Precision) -> (Tensor, Tensor) {
    let ours = vision(folder, precision).forward(&pixels(picture)).unwrap();
    (ours, values("caption")[&format!("{picture}.tokens")].clone())
}
