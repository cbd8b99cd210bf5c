//! BLIP-2 and `InstructBLIP` as published against `transformers`, on tiny checkpoints (made by `training/reference_blip2.py`).

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{DType, Tensor};
use eyebright_models::Exchange;
use eyebright_models::Task;
use eyebright_models::VisionLanguage;
use eyebright_models::checkpoint::Checkpoint;
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::blip2::Blip2;
use eyebright_models::parts::generation::Decoding;
use eyebright_models::parts::language::Cache;
use eyebright_models::parts::language::LanguageModel;
use eyebright_models::parts::language::Opt;
use eyebright_models::parts::language::OptConfig;
use eyebright_models::parts::language::T5;
use eyebright_models::parts::language::T5Config;
use eyebright_models::vision_language::Image;
use eyebright_models::{Cancel, Device, Error, Limits, Picture};
use serde::Deserialize;
use tempfile::TempDir;

const TOLERANCE: f32 = 1e-4;
const HALF_TOLERANCE: f32 = 1e-2;
const WRITERS: [&str; 3] = ["opt", "t5", "instruct"];

#[derive(Deserialize)]
struct Golden<T> {
    cases: Vec<T>,
    #[serde(default)]
    decodings: Vec<Settings>,
    #[serde(default)]
    new_tokens: usize,
}

/// `transformers`' names and defaults.
#[derive(Deserialize)]
struct Settings {
    num_beams: usize,
    #[serde(default = "one")]
    length_penalty: f32,
}

fn one() -> f32 {
    1.0
}

#[derive(Deserialize)]
struct Case {
    picture: String,
    prompt: String,
    ids: Vec<u32>,
    written: Vec<Vec<u32>>,
    text: Vec<String>,
}

#[derive(Deserialize)]
struct Pair {
    text: String,
    itc: f32,
    itm: f32,
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/blip2")
        .join(name)
}

fn cases<T: for<'a> Deserialize<'a>>(name: &str) -> Golden<T> {
    serde_json::from_slice(&fs::read(golden(name).join("golden.json")).unwrap()).unwrap()
}

fn values(name: &str) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(golden(name).join("golden.safetensors"), &Device::Cpu).unwrap()
}

fn picture(name: &str) -> Picture {
    let bytes = fs::read(golden(&format!("{name}.png"))).unwrap();
    Picture::decode(&bytes, &Limits::default()).unwrap()
}

fn open(folder: &Path, precision: Precision) -> Result<Blip2, Error> {
    Blip2::open(&Checkpoint::open(folder)?, precision, &Device::Cpu)
}

fn stored(name: &str) -> Blip2 {
    open(&golden(name), Precision::Stored).unwrap()
}

impl Settings {
    fn decoding(&self, max_tokens: usize) -> Decoding {
        Decoding {
            beams: self.num_beams,
            length_penalty: self.length_penalty,
            max_tokens,
            ..Decoding::default()
        }
    }
}

/// Largest difference over the largest value.
fn difference(ours: &Tensor, theirs: &Tensor) -> f32 {
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

/// Size of the difference over size of the values, all together: what rounding every weight does.
fn noise(ours: &Tensor, theirs: &Tensor) -> f32 {
    let size = |x: &Tensor| x.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap().sqrt();
    size(&(ours - theirs).unwrap()) / size(theirs)
}

fn assert_close(ours: &Tensor, theirs: &Tensor, tolerance: f32, what: &str) {
    let far = difference(ours, theirs);
    assert!(far <= tolerance, "{what} differs by {far}");
}

/// A copy of a checkpoint whose weights, in one file, and configuration were changed.
fn changed(
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

/// The language model of a checkpoint.
enum Language {
    Opt(Opt),
    T5(T5),
}

#[derive(Deserialize)]
struct TextConfig<T> {
    text_config: T,
}

impl Language {
    fn open(folder: &Path) -> Self {
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

    /// As the reference's: of the prompt, or of a fixed text behind it.
    fn logits(&self, projected: &Tensor, ids: &[u32]) -> Tensor {
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

/// A picture as the reference's processor made it: [1, 3, 28, 28].
fn pixels(index: usize) -> Tensor {
    let all = candle_core::safetensors::load(golden("pixels.safetensors"), &Device::Cpu).unwrap();
    all["pixels"].narrow(0, index, 1).unwrap()
}

#[test]
fn pixels_equal_the_reference() {
    let model = stored("opt");
    let golden: Golden<Case> = cases("opt");
    for (index, case) in golden.cases.iter().enumerate() {
        let ours = model.pixels(&picture(&case.picture)).unwrap();
        let far = (ours - pixels(index)).unwrap().abs().unwrap().flatten_all().unwrap();
        let levels: Vec<f32> = far
            .to_vec1::<f32>()
            .unwrap()
            .iter()
            .map(|far| far * 0.27 * 255.0)
            .collect();
        // So small a copy of a photo has hard edges, at which rounding between the two passes shows now and then.
        let beyond = levels.iter().filter(|&&levels| levels > 1.1).count();
        assert!(
            beyond * 100 < levels.len(),
            "{index}: {beyond} pixels differ by more than a level"
        );
        assert!(levels.iter().all(|&levels| levels < 5.5), "{index}");
    }
}

/// What each stage makes of what the reference's stage before it made.
fn stages(
    model: &Blip2,
    language: &Language,
    theirs: &HashMap<String, Tensor>,
    index: usize,
    case: &Case,
) -> [(&'static str, Tensor); 4] {
    let before = |stage: &str| &theirs[&format!("{index}.{stage}")];
    let image = Image::from(before("vision").clone());
    [
        ("vision", model.encode(&pixels(index)).unwrap().tokens),
        ("queries", model.features(&image, &case.prompt).unwrap()),
        ("projected", model.project(before("queries")).unwrap()),
        ("logits", language.logits(before("projected"), &case.ids)),
    ]
}

/// How far two tensors are from each other, over the size of the second.
type Distance = fn(&Tensor, &Tensor) -> f32;

fn assert_stages_equal(name: &str, folder: &Path, tolerance: f32, distance: Distance) {
    let (model, language) = (open(folder, Precision::Stored).unwrap(), Language::open(folder));
    let theirs = values(name);
    let golden: Golden<Case> = cases(name);
    assert_eq!(golden.cases.len(), 8);
    for (index, case) in golden.cases.iter().enumerate() {
        for (stage, ours) in stages(&model, &language, &theirs, index, case) {
            let far = distance(&ours, &theirs[&format!("{index}.{stage}")]);
            assert!(far <= tolerance, "{name} {index}: {stage} differs by {far}");
        }
    }
}

#[test]
fn each_stage_equals_the_reference() {
    for name in WRITERS {
        assert_stages_equal(name, &golden(name), TOLERANCE, difference);
    }
}

#[test]
fn weights_of_half_precision_give_nearly_the_same() {
    for name in WRITERS {
        for dtype in [DType::F16, DType::BF16] {
            let halved = |tensors: &mut HashMap<String, Tensor>| {
                for tensor in tensors.values_mut() {
                    *tensor = tensor.to_dtype(dtype).unwrap();
                }
            };
            let folder = changed(name, halved, |_| {});
            assert_stages_equal(name, folder.path(), HALF_TOLERANCE, noise);
        }
    }
}

#[test]
fn ids_and_text_equal_the_reference() {
    for name in WRITERS {
        let model = stored(name);
        let golden: Golden<Case> = cases(name);
        for (index, case) in golden.cases.iter().enumerate() {
            let image = model.encode(&pixels(index)).unwrap();
            for (number, settings) in golden.decodings.iter().enumerate() {
                let decoding = settings.decoding(golden.new_tokens);
                let ours = model
                    .caption(&image, Some(&case.prompt), &decoding, &Cancel::default(), &mut |_| {})
                    .unwrap();
                assert_eq!(ours.len(), settings.num_beams);
                let what = format!("{name}, {}, decoding {number}", case.picture);
                assert_eq!(ours[0].sequence.ids, case.written[number], "{what}");
                assert_eq!(ours[0].text, case.text[number], "{what}");
            }
        }
    }
}

#[test]
fn texts_are_weighed_as_by_the_reference() {
    let model = stored("itm");
    let theirs = values("itm");
    let golden: Golden<Pair> = cases("itm");
    assert_eq!(golden.cases.len(), 8);
    for (index, case) in golden.cases.iter().enumerate() {
        let value = |name: &str| theirs[&format!("{index}.{name}")].squeeze(0).unwrap();
        let image = model.encode(&pixels(index)).unwrap();
        assert_close(&image.tokens.squeeze(0).unwrap(), &value("vision"), TOLERANCE, "vision");
        assert_close(
            &model.embed_queries(&image).unwrap(),
            &value("images"),
            TOLERANCE,
            "picture",
        );
        assert_close(
            &model.embed_text(&case.text).unwrap(),
            &value("text"),
            TOLERANCE,
            "text",
        );
        let scores = model.score(&image, &case.text).unwrap();
        assert!((scores.itc - case.itc).abs() < TOLERANCE, "{} {}", scores.itc, case.itc);
        assert!((scores.itm - case.itm).abs() < TOLERANCE, "{} {}", scores.itm, case.itm);
    }
}

/// The golden values notice a part that does nothing: its output weights, set to zero, move the outputs far.
#[test]
fn a_skipped_layer_is_noticed() {
    let ends = [
        "patch_embedding.weight",
        "class_embedding",
        "position_embedding",
        "self_attn.projection.weight",
        "mlp.fc2.weight",
        "attention.output.dense.weight",
        "output_query.dense.weight",
        ".output.dense.weight",
        "out_proj.weight",
        ".fc2.weight",
        "embed_positions.weight",
        "SelfAttention.o.weight",
        "EncDecAttention.o.weight",
        "wo.weight",
        "wi_1.weight",
        "relative_attention_bias.weight",
        "lm_head.weight",
        "vision_projection.weight",
        "text_projection.weight",
        "itm_head.weight",
        "position_embeddings.weight",
    ];
    let mut seen = 0;
    for name in ["opt", "t5", "instruct", "itm"] {
        let mut names = Vec::new();
        changed(name, |tensors| names.extend(tensors.keys().cloned()), |_| {});
        // What the last layer makes of the instruction nobody reads.
        names.retain(|part| !(name == "instruct" && part.contains("layer.1.output.")));
        for part in names.iter().filter(|part| ends.iter().any(|end| part.ends_with(end))) {
            let zeroed = |tensors: &mut HashMap<String, Tensor>| {
                let zeros = tensors[part].zeros_like().unwrap();
                tensors.insert(part.clone(), zeros);
            };
            let folder = changed(name, zeroed, |_| {});
            let far = distance(name, folder.path());
            assert!(far > 10.0 * TOLERANCE, "{name} without {part} differs by {far}");
            seen += 1;
        }
    }
    assert_eq!(seen, 20 + 29 + 30 + 22);
}

/// How far the outputs are from the reference's, for the fourth picture, whose text is long.
fn distance(name: &str, folder: &Path) -> f32 {
    const INDEX: usize = 3;
    let (model, theirs) = (open(folder, Precision::Stored).unwrap(), values(name));
    if name == "itm" {
        let golden: Golden<Pair> = cases(name);
        let case = &golden.cases[INDEX];
        let image = model.encode(&pixels(INDEX)).unwrap();
        let scores = model.score(&image, &case.text).unwrap();
        return (scores.itc - case.itc).abs().max((scores.itm - case.itm).abs());
    }
    let golden: Golden<Case> = cases(name);
    let image = model.encode(&pixels(INDEX)).unwrap();
    let case = &golden.cases[INDEX];
    let projected = model.project(&model.features(&image, &case.prompt).unwrap()).unwrap();
    let logits = Language::open(folder).logits(&projected, &case.ids);
    difference(&logits, &theirs[&format!("{INDEX}.logits")])
}

#[test]
fn no_token_sees_a_later_one() {
    for name in WRITERS {
        let language = Language::open(&golden(name));
        let embed = |ids: &[u32]| match &language {
            Language::Opt(model) => model.embed(ids).unwrap(),
            Language::T5(model) => model.embed(ids).unwrap(),
        };
        let run = |text: &Tensor| match &language {
            Language::Opt(model) => model.forward(text, &mut Cache::default()).unwrap(),
            Language::T5(model) => {
                let memory = model.read(&embed(&[7, 8, 9])).unwrap();
                model.behind(&memory).forward(text, &mut Cache::default()).unwrap()
            }
        };
        let (one, other) = (run(&embed(&[5, 6, 7, 8, 9])), run(&embed(&[5, 6, 7, 8, 20])));
        let same = |start, length| {
            let part = |x: &Tensor| x.narrow(1, start, length).unwrap();
            difference(&part(&one), &part(&other)) == 0.0
        };
        assert!(same(0, 4), "{name}: an earlier token sees the last one");
        assert!(!same(4, 1), "{name}");
    }
}

#[test]
fn a_step_on_a_filled_cache_equals_the_whole() {
    let Language::T5(model) = Language::open(&golden("t5")) else {
        panic!("T5 expected")
    };
    let memory = model.read(&model.embed(&[7, 8, 9]).unwrap()).unwrap();
    let decoder = model.behind(&memory);
    let text = model.embed(&(3..20).collect::<Vec<u32>>()).unwrap();
    let whole = decoder.forward(&text, &mut Cache::default()).unwrap();
    let mut cache = Cache::default();
    let parts: Vec<Tensor> = [(0, 4), (4, 1), (5, 12)]
        .into_iter()
        .map(|(start, length)| {
            decoder
                .forward(&text.narrow(1, start, length).unwrap(), &mut cache)
                .unwrap()
        })
        .collect();
    assert_close(&Tensor::cat(&parts, 1).unwrap(), &whole, TOLERANCE, "stepwise");
}

fn written(model: &Blip2, image: &Image, prompt: &str) -> Vec<u32> {
    let decoding = Decoding {
        max_tokens: 6,
        ..Decoding::default()
    };
    let texts = model.caption(image, Some(prompt), &decoding, &Cancel::default(), &mut |_| {});
    texts.unwrap().swap_remove(0).sequence.ids
}

/// Before 2024 no file named a piece for the picture; the arithmetic was the same.
#[test]
fn older_configurations_write_the_same() {
    let older = |config: &mut serde_json::Value| {
        config.as_object_mut().unwrap().remove("image_token_index").unwrap();
    };
    for name in ["opt", "instruct"] {
        let folder = changed(name, |_| {}, older);
        let image = |model: &Blip2| model.look(&picture("dogs")).unwrap();
        let (new, old) = (stored(name), open(folder.path(), Precision::Stored).unwrap());
        let prompt = "a photo of";
        assert_eq!(
            written(&new, &image(&new), prompt),
            written(&old, &image(&old), prompt),
            "{name}"
        );
    }
}

#[test]
fn placeholders_in_a_prompt_stand_for_the_queries() {
    let model = stored("instruct");
    let image = model.look(&picture("dogs")).unwrap();
    // InstructBLIP's queries read the text too, so it must be the same for them.
    let plain = model.features(&image, "a photo of").unwrap();
    let image = Image {
        queries: Some(plain),
        ..image
    };
    let marked = "<image>".repeat(4) + "a photo of";
    assert_eq!(written(&model, &image, "a photo of"), written(&model, &image, &marked));
    let few = "<image>".repeat(3) + "a photo of";
    let result = model.caption(
        &image,
        Some(&few),
        &Decoding::default(),
        &Cancel::default(),
        &mut |_| {},
    );
    assert!(matches!(result, Err(Error::Tokenizer(_))));
}

#[test]
fn questions_go_on_from_those_before() {
    for (name, last) in [("opt", "Answer:"), ("t5", "Short answer:")] {
        let model = stored(name);
        let image = model.look(&picture("dogs")).unwrap();
        let decoding = Decoding {
            max_tokens: 6,
            ..Decoding::default()
        };
        let before = [Exchange {
            question: "what is it?".into(),
            answer: "a dog".into(),
        }];
        let asked = |before: &[Exchange]| {
            let texts = model.converse(&image, before, "where?", &decoding, &Cancel::default(), &mut |_| {});
            texts.unwrap().swap_remove(0).sequence.ids
        };
        let whole = format!("Question: what is it? Answer: a dog. Question: where? {last}");
        assert_eq!(asked(&before), written(&model, &image, &whole));
        assert_eq!(asked(&[]), written(&model, &image, &format!("Question: where? {last}")));
        assert_ne!(asked(&before), asked(&[]));
        assert!(model.can(Task::Answer) && model.can(Task::Caption) && !model.can(Task::Match));
    }
}

#[test]
fn cancelling_stops_at_the_next_token() {
    for name in WRITERS {
        let model = stored(name);
        let image = model.look(&picture("dogs")).unwrap();
        let cancel = Cancel::default();
        let mut told = 0;
        let mut stream = |_: &str| {
            told += 1;
            cancel.cancel();
        };
        let decoding = Decoding {
            min_tokens: 15,
            ..Decoding::default()
        };
        let result = model.caption(&image, None, &decoding, &cancel, &mut stream);
        assert!(matches!(result, Err(Error::Cancelled)), "{name}");
        assert!(told <= 1, "{name} told {told} pieces");
    }
}

#[test]
fn what_a_model_was_not_made_for_is_told() {
    let matching = stored("itm");
    let image = matching.look(&picture("dogs")).unwrap();
    let result = matching.caption(&image, None, &Decoding::default(), &Cancel::default(), &mut |_| {});
    assert!(matches!(
        result,
        Err(Error::Unable {
            task: Task::Caption,
            ..
        })
    ));
    let writer = stored("opt");
    let image = writer.look(&picture("dogs")).unwrap();
    assert!(matches!(
        writer.score(&image, "a dog"),
        Err(Error::Unable { task: Task::Match, .. })
    ));
}

#[test]
fn damaged_checkpoints_are_told() {
    let message = |folder: &TempDir| open(folder.path(), Precision::Stored).err().unwrap().to_string();
    let name = "qformer.encoder.layer.0.output_query.dense.weight";
    for model in WRITERS {
        let missing = changed(model, |tensors| drop(tensors.remove(name)), |_| {});
        assert!(message(&missing).contains(name), "{}", message(&missing));
    }
    let misshapen = changed(
        "t5",
        |tensors| {
            let zeros = Tensor::zeros((3, 3), DType::F32, &Device::Cpu).unwrap();
            tensors.insert(
                "language_model.decoder.block.1.layer.2.DenseReluDense.wo.weight".into(),
                zeros,
            );
        },
        |_| {},
    );
    let told = message(&misshapen);
    assert!(
        told.contains("layer.2.DenseReluDense.wo.weight should be [32, 36] and is [3, 3]"),
        "{told}"
    );
    let other = changed(
        "opt",
        |_| {},
        |config| config["text_config"]["model_type"] = "llama".into(),
    );
    assert!(message(&other).contains("llama"), "{}", message(&other));
    let swapped = changed("t5", |_| {}, |config| config["text_config"]["vocab_size"] = 40.into());
    assert!(message(&swapped).contains("40"), "{}", message(&swapped));
    let cut = changed("itm", |_| {}, |_| {});
    let path = cut.path().join("model.safetensors");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(message(&cut).contains("model.safetensors"), "{}", message(&cut));
}

#[test]
fn quantized_models_are_near() {
    for name in WRITERS {
        let theirs = values(name);
        let golden: Golden<Case> = cases(name);
        for precision in [Precision::Q8_0, Precision::Q4K] {
            let model = open(&self::golden(name), precision).unwrap();
            let case = &golden.cases[1];
            let image = model.encode(&pixels(1)).unwrap();
            // Only the language model has fewer than 8 bits.
            let queries = model.features(&image, &case.prompt).unwrap();
            assert_close(&queries, &theirs["1.queries"], 0.05, name);
            assert!(written(&model, &image, &case.prompt).len() <= 6);
        }
    }
}
