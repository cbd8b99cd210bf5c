//! BLIP against `transformers` on tiny checkpoints with random weights (made by `training/reference_blip.py`).

#![allow(clippy::unwrap_used)]

mod reference;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use eyebright_models::CheckpointError;
use eyebright_models::Task;
use eyebright_models::VisionLanguage;
use eyebright_models::checkpoint::Checkpoint;
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::Weights;
use eyebright_models::parts::blip::Blip;
use eyebright_models::parts::blip::Reading;
use eyebright_models::parts::blip::TextConfig;
use eyebright_models::parts::blip::TextDecoder;
use eyebright_models::parts::blip::TextModel;
use eyebright_models::parts::encoders::Vit;
use eyebright_models::parts::encoders::VitConfig;
use eyebright_models::parts::generation::Decoding;
use eyebright_models::parts::language::Cache;
use eyebright_models::parts::language::LanguageModel;
use eyebright_models::parts::preprocessing::Preprocessor;
use eyebright_models::vision_language::Image;
use eyebright_models::{Cancel, Limits, Picture};
use reference::Settings;
use serde::Deserialize;
use tempfile::TempDir;

const TOLERANCE: f32 = 1e-4;
const HALF_TOLERANCE: f32 = 1e-2;
const PICTURES: usize = 8;

#[derive(Deserialize)]
struct Cases {
    #[serde(default)]
    ids: Vec<u32>,
    #[serde(default)]
    decodings: Vec<Settings>,
    #[serde(default)]
    prompts: Vec<String>,
    #[serde(default)]
    questions: Vec<String>,
    #[serde(default)]
    written: Vec<Vec<Vec<Vec<u32>>>>,
    #[serde(default)]
    texts: Vec<String>,
    #[serde(default)]
    itm: Vec<Vec<f32>>,
    #[serde(default)]
    itc: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct Config {
    vision_config: VitConfig,
    text_config: TextConfig,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/blip")
        .join(name)
}

fn cases(name: &str) -> Cases {
    serde_json::from_slice(&fs::read(folder(name).join("cases.json")).unwrap()).unwrap()
}

fn tensors(path: PathBuf) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(path, &Device::Cpu).unwrap()
}

fn values(name: &str) -> HashMap<String, Tensor> {
    tensors(folder(name).join("values.safetensors"))
}

fn pixels(picture: usize) -> Tensor {
    tensors(folder("pixels.safetensors"))["pixels"]
        .narrow(0, picture, 1)
        .unwrap()
}

/// A part of a checkpoint.
fn part<T>(
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

fn vision(folder: &Path, precision: Precision) -> Vit {
    let build = |config: &Config, weights: &Weights| Vit::load(&config.vision_config, &weights.pp("vision_model"));
    part(folder, precision, build).1
}

fn decoder(folder: &Path, precision: Precision) -> TextDecoder {
    let build = |config: &Config, weights: &Weights| {
        let source = config.vision_config.hidden_size;
        TextDecoder::load(&config.text_config, source, &weights.pp("text_decoder"))
    };
    part(folder, precision, build).1
}

fn look(folder: &Path, picture: usize) -> Image {
    let tokens = vision(folder, Precision::Stored).forward(&pixels(picture)).unwrap();
    tokens.into()
}

fn blip(folder: &Path, precision: Precision) -> Blip {
    Blip::open(&Checkpoint::open(folder).unwrap(), precision, &Device::Cpu).unwrap()
}

/// The same checkpoint with one tensor changed.
fn changed(name: &str, tensor: &str, change: impl Fn(&Tensor) -> Tensor) -> TempDir {
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

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Largest difference over the largest value.
fn difference(ours: &Tensor, theirs: &Tensor) -> f32 {
    assert_eq!(ours.dims(), theirs.dims());
    let (ours, theirs) = (numbers(ours), numbers(theirs));
    let largest = theirs.iter().fold(1e-6_f32, |a, b| a.max(b.abs()));
    ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) / largest
}

/// Size of the difference over size of the values, all together: what rounding every weight does.
fn noise(ours: &Tensor, theirs: &Tensor) -> f32 {
    let size = |x: &Tensor| x.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap().sqrt();
    size(&(ours - theirs).unwrap()) / size(theirs)
}

fn logits(reading: &Reading, ids: &[u32], cache: &mut Cache) -> Tensor {
    let hidden = reading.forward(&reading.embed(ids).unwrap(), cache).unwrap();
    reading.logits(&hidden).unwrap()
}

/// The logits of the golden text, from golden vision tokens on: ours and the reference's.
fn golden_logits(folder: &Path, picture: usize, precision: Precision) -> (Tensor, Tensor) {
    let values = values("caption");
    let decoder = decoder(folder, precision);
    let memory = decoder.remember(&values[&format!("{picture}.tokens")]).unwrap();
    let ours = logits(&decoder.before(&memory), &cases("caption").ids, &mut Cache::default());
    (ours, values[&format!("{picture}.logits")].clone())
}

/// Vision tokens of the golden pixels: ours and the reference's.
fn golden_vision(folder: &Path, picture: usize, precision: Precision) -> (Tensor, Tensor) {
    let ours = vision(folder, precision).forward(&pixels(picture)).unwrap();
    (ours, values("caption")[&format!("{picture}.tokens")].clone())
}

#[test]
fn vision_and_logits_equal_the_reference() {
    for picture in 0..PICTURES {
        for golden in [golden_vision, golden_logits] {
            let (ours, theirs) = golden(&folder("caption"), picture, Precision::Stored);
            let far = difference(&ours, &theirs);
            assert!(far <= TOLERANCE, "picture {picture}: {far}");
            for precision in [Precision::F16, Precision::BF16] {
                let (ours, theirs) = golden(&folder("caption"), picture, precision);
                let far = noise(&ours, &theirs);
                assert!(far <= HALF_TOLERANCE, "picture {picture} in {precision:?}: {far}");
            }
        }
    }
}

#[test]
fn logits_from_the_cache_equal_those_of_the_whole_text() {
    let (golden, ids) = (values("caption"), cases("caption").ids);
    let decoder = decoder(&folder("caption"), Precision::Stored);
    let memory = decoder.remember(&golden["0.tokens"]).unwrap();
    let reading = decoder.before(&memory);
    let mut cache = Cache::default();
    let pieces: Vec<Tensor> = [0..2, 2..3, 3..ids.len()]
        .map(|range| logits(&reading, &ids[range], &mut cache))
        .into();
    assert!(difference(&Tensor::cat(&pieces, 1).unwrap(), &golden["0.logits"]) <= TOLERANCE);
}

#[test]
fn no_token_sees_a_later_one() {
    let (golden, mut ids) = (values("caption"), cases("caption").ids);
    let decoder = decoder(&folder("caption"), Precision::Stored);
    let memory = decoder.remember(&golden["0.tokens"]).unwrap();
    let reading = decoder.before(&memory);
    let before = logits(&reading, &ids, &mut Cache::default());
    let last = ids.len() - 1;
    ids[last] += 1;
    let after = logits(&reading, &ids, &mut Cache::default());
    let part = |logits: &Tensor, start, length| numbers(&logits.narrow(1, start, length).unwrap());
    assert_eq!(part(&before, 0, last), part(&after, 0, last));
    assert_ne!(part(&before, last, 1), part(&after, last, 1));
}

/// The golden values notice a layer that does nothing: each layer's output weights, set to zero, move the outputs far.
#[test]
fn a_skipped_layer_is_noticed() {
    let ends = ["self_attn.projection.weight", "mlp.fc2.weight", "output.dense.weight"];
    let names = tensors(folder("caption").join("model.safetensors")).into_keys();
    let names: Vec<String> = names
        .filter(|name| ends.iter().any(|end| name.ends_with(end)))
        .collect();
    for name in &names {
        let damaged = changed("caption", name, |weight| weight.zeros_like().unwrap());
        let golden = if name.starts_with("vision_model") {
            golden_vision
        } else {
            golden_logits
        };
        let (ours, theirs) = golden(damaged.path(), 0, Precision::Stored);
        let far = difference(&ours, &theirs);
        assert!(far > 10.0 * TOLERANCE, "{name} does not show: {far}");
    }
    assert_eq!(
        names.len(),
        3 * 2 + 3 * 3,
        "attention, cross-attention and feed-forward of every layer"
    );
}

#[test]
fn captions_equal_the_reference_id_by_id() {
    let (cases, blip) = (cases("caption"), blip(&folder("caption"), Precision::Stored));
    let mut ended = 0;
    for picture in 0..PICTURES {
        let image = look(&folder("caption"), picture);
        for (number, prompt) in cases.prompts.iter().enumerate() {
            for (settings, expected) in cases.decodings.iter().zip(&cases.written[picture][number]) {
                let decoding = settings.decoding();
                let written = blip.caption(&image, Some(prompt), &decoding, &Cancel::default(), &mut |_| {});
                let written = written.unwrap();
                assert_eq!(
                    written[0].sequence.ids, *expected,
                    "picture {picture}, {prompt:?}, {decoding:?}"
                );
                ended += usize::from(expected.len() < decoding.max_tokens);
            }
        }
    }
    let all = PICTURES * cases.prompts.len() * cases.decodings.len();
    assert!(ended > all / 10 && ended < all, "{ended} of {all} ended by themselves");
}

#[test]
fn answers_equal_the_reference_id_by_id() {
    let (cases, golden) = (cases("vqa"), values("vqa"));
    let blip = blip(&folder("vqa"), Precision::Stored);
    let build = |config: &Config, weights: &Weights| {
        let source = config.vision_config.hidden_size;
        TextModel::load(&config.text_config, source, &weights.pp("text_encoder"))
    };
    let (_, encoder) = part(&folder("vqa"), Precision::Stored, build);
    // [CLS] is cat sleep ##ing ? [SEP]
    let tokenizer = tokenizers::Tokenizer::from_file(folder("vqa").join("tokenizer.json")).unwrap();
    let last = cases.questions.last().unwrap().as_str();
    let ids = tokenizer.encode(last, true).unwrap().get_ids().to_vec();
    for picture in 0..PICTURES {
        let image = look(&folder("vqa"), picture);
        let seen = encoder.remember(&image.tokens).unwrap();
        let question = encoder.encode(&ids, Some(&seen)).unwrap();
        assert!(difference(&question, &golden[&format!("{picture}.question")]) <= TOLERANCE);
        for (question, expected) in cases.questions.iter().zip(&cases.written[picture]) {
            for (settings, expected) in cases.decodings.iter().zip(expected) {
                let decoding = settings.decoding();
                let written = blip.answer(&image, question, &decoding, &Cancel::default(), &mut |_| {});
                let written = written.unwrap();
                assert_eq!(
                    written[0].sequence.ids, *expected,
                    "picture {picture}, {question:?}, {decoding:?}"
                );
            }
        }
    }
}

#[test]
fn matching_equals_the_reference() {
    let (cases, blip) = (cases("itm"), blip(&folder("itm"), Precision::Stored));
    for picture in 0..PICTURES {
        let image = look(&folder("itm"), picture);
        for (number, text) in cases.texts.iter().enumerate() {
            let found = blip.score(&image, text).unwrap();
            let (itm, itc) = (cases.itm[picture][number], cases.itc[picture][number]);
            assert!((found.itm - itm).abs() < TOLERANCE, "{} is not {itm}", found.itm);
            assert!((found.itc - itc).abs() < TOLERANCE, "{} is not {itc}", found.itc);
        }
    }
}

#[test]
fn words_and_stream_agree_with_the_text() {
    let blip = blip(&folder("caption"), Precision::Stored);
    let image = look(&folder("caption"), 0);
    for beams in [1, 3] {
        let decoding = Decoding {
            beams,
            ..blip.caption_decoding()
        };
        let mut told = String::new();
        let mut tell = |text: &str| told.push_str(text);
        let written = blip
            .caption(&image, None, &decoding, &Cancel::default(), &mut tell)
            .unwrap();
        let best = &written[0];
        assert_eq!(told, best.text);
        let words: Vec<&str> = best.words.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(words, best.text.split_whitespace().collect::<Vec<_>>());
        let count = best.sequence.ids.len();
        let pieces: f32 = best.sequence.log_probabilities[..count].iter().sum();
        let sum: f32 = best.words.iter().map(|word| word.1).sum();
        assert!((sum - pieces).abs() < 1e-3, "{sum} is not {pieces}");
    }
}

#[test]
fn cancelling_stops_and_other_tasks_are_declined() {
    let blip = blip(&folder("caption"), Precision::Stored);
    let image = look(&folder("caption"), 0);
    let cancel = Cancel::default();
    let decoding = Decoding {
        min_tokens: 5,
        ..Decoding::default()
    };
    let mut told = 0;
    let mut stream = |_: &str| {
        told += 1;
        cancel.cancel();
    };
    assert_eq!(
        blip.caption(&image, None, &decoding, &cancel, &mut stream)
            .unwrap_err()
            .code(),
        "cancelled"
    );
    assert_eq!(told, 1);
    assert!(blip.can(Task::Caption) && !blip.can(Task::Answer) && !blip.can(Task::Match));
    let answer = blip.answer(&image, "how many?", &decoding, &Cancel::default(), &mut |_| {});
    assert_eq!(answer.unwrap_err().code(), "cannot_answer");
}

#[test]
fn a_quantized_model_is_near_the_dense_one() {
    for (precision, most) in [(Precision::Q8_0, 0.05), (Precision::Q6K, 0.15), (Precision::Q4K, 0.5)] {
        for golden in [golden_vision, golden_logits] {
            let (ours, theirs) = golden(&folder("caption"), 0, precision);
            let far = noise(&ours, &theirs);
            assert!(far > 0.0 && far < most, "{precision:?}: {far}");
        }
        blip(&folder("caption"), precision);
    }
}

#[test]
fn an_own_matrix_of_scores_is_used_and_a_copy_is_shared() {
    let with_head = |scale: f64| {
        let copy = tempfile::tempdir().unwrap();
        for file in ["config.json", "preprocessor_config.json", "tokenizer.json"] {
            fs::copy(folder("caption").join(file), copy.path().join(file)).unwrap();
        }
        let mut weights = tensors(folder("caption").join("model.safetensors"));
        let words = &weights["text_decoder.bert.embeddings.word_embeddings.weight"];
        let head = (words * scale).unwrap();
        weights.insert("text_decoder.cls.predictions.decoder.weight".to_owned(), head);
        let ids = Tensor::arange(0i64, 40, &Device::Cpu).unwrap();
        weights.insert("text_decoder.bert.embeddings.position_ids".to_owned(), ids);
        candle_core::safetensors::save(&weights, copy.path().join("model.safetensors")).unwrap();
        blip(copy.path(), Precision::Stored);
        let (ours, theirs) = golden_logits(copy.path(), 0, Precision::Stored);
        difference(&ours, &theirs)
    };
    assert!(with_head(1.0) <= TOLERANCE);
    assert!(with_head(2.0) > 10.0 * TOLERANCE);
}

#[test]
fn a_model_of_another_kind_or_size_is_refused() {
    let copy = changed("caption", "text_decoder.cls.predictions.bias", Tensor::clone);
    let config = fs::read_to_string(copy.path().join("config.json")).unwrap();
    let error = |config: &str| {
        fs::write(copy.path().join("config.json"), config).unwrap();
        let checkpoint = Checkpoint::open(copy.path()).unwrap();
        let opened = eyebright_models::registry::open(&checkpoint, Precision::Stored, &Device::Cpu);
        opened.err().unwrap()
    };
    assert_eq!(error(&config.replace("\"blip\"", "\"clap\"")).code(), "model_unknown");
    assert_eq!(error(&config.replace("BlipFor", "ClapFor")).code(), "model_unknown");
    let wide = error(&config.replace("\"intermediate_size\": 64", "\"intermediate_size\": 65"));
    assert!(
        wide.to_string().contains("should be [65, 32] and is [64, 32]"),
        "{wide}"
    );
    let deep = error(&config.replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2"));
    assert!(deep.to_string().contains("not known"), "{deep}");
    let heads = error(&config.replace("\"num_attention_heads\": 4", "\"num_attention_heads\": 5"));
    assert_eq!(heads.code(), "pack_file_unusable");
    let patches = error(&config.replace("\"patch_size\": 8", "\"patch_size\": 0"));
    assert_eq!(patches.code(), "pack_file_unusable");
    let missing = error(&config.replace("BlipForConditionalGeneration", "BlipForQuestionAnswering"));
    let eyebright_models::Error::Checkpoint(CheckpointError::Tensors { misfit, .. }) = missing else {
        panic!("{missing}")
    };
    assert!(misfit.missing.iter().all(|name| name.starts_with("text_encoder")) && !misfit.missing.is_empty());
}

/// Real photos at the size of the published models: what the processor gives, sampled.
#[test]
fn pixels_equal_the_processors() {
    const SIDE: usize = 384;
    let sampled: BTreeMap<String, Vec<f32>> =
        serde_json::from_slice(&fs::read(folder("sampled.json")).unwrap()).unwrap();
    let copy = changed("caption", "text_decoder.cls.predictions.bias", Tensor::clone);
    // Without normalisation, as the golden values are.
    let config = format!(r#"{{"size": {SIDE}, "image_mean": [0, 0, 0], "image_std": [1, 1, 1], "rescale_factor": 1}}"#);
    fs::write(copy.path().join("preprocessor_config.json"), config).unwrap();
    let preprocessor = Preprocessor::load(&Checkpoint::open(copy.path()).unwrap()).unwrap();
    for (name, theirs) in &sampled {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../tests/pictures")
            .join(name);
        let bytes = fs::read(path.with_extension("jpg"))
            .or_else(|_| fs::read(path.with_extension("png")))
            .unwrap();
        let picture = Picture::decode(&bytes, &Limits::default()).unwrap();
        let pixels = preprocessor.pixels(&picture, &Device::Cpu).unwrap();
        assert_eq!(pixels.dtype(), DType::F32);
        let pixels = pixels.reshape((3, SIDE, SIDE)).unwrap().to_vec3::<f32>().unwrap();
        let ours = pixels.iter().flat_map(|plane| {
            let rows = plane.iter().step_by(41);
            rows.flat_map(|row| row.iter().step_by(37).copied())
        });
        let far: Vec<f32> = ours.zip(theirs).map(|(ours, theirs)| (ours - theirs).abs()).collect();
        assert_eq!(far.len(), theirs.len());
        let worst = far.iter().copied().fold(0.0, f32::max);
        // PNG decoders all give the same pixels; those of JPEG round differently, now and then by more than 1.
        let (most, share) = if bytes.starts_with(b"\x89PNG") {
            (1.0, 0.0)
        } else {
            (3.0, 0.02)
        };
        let beyond = far.iter().filter(|far| **far > 1.0).count() as f32 / far.len() as f32;
        assert!(
            worst <= most && beyond <= share,
            "{name}: off by {worst} of 255, {beyond} by more than 1"
        );
    }
}
