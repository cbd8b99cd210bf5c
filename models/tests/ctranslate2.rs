//! Tests that Whisper in `CTranslate2`'s format loads like the hub's checkpoint, and that truncated or changed files
//! are refused.

#![allow(clippy::unwrap_used)]

mod fetched;
mod made;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use eyebright_models::speech::Checkpoint;
use eyebright_models::speech::Encoder;
use eyebright_models::speech::Outcome;
use eyebright_models::speech::Transcriber;
use eyebright_models::{Cancel, Pack};
use fetched::fetched;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const CONFIG: &[u8] = br#"{"suppress_ids": [3, 5, 50, 51], "suppress_ids_begin": [26, 49], "lang_ids": []}"#;
const FLOAT32: u8 = 0;
const FLOAT16: u8 = 4;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/ears")
}

fn hub() -> HashMap<String, Tensor> {
    candle_core::safetensors::load(golden().join("model.safetensors"), &Device::Cpu).unwrap()
}

/// Shape, type code and bytes of each array, by name.
type Arrays = BTreeMap<String, (Vec<usize>, u8, Vec<u8>)>;

/// The tiny checkpoint as arrays of that format. `kind` is the type code of the weights.
fn arrays(kind: u8) -> Arrays {
    let mut arrays = BTreeMap::new();
    for (name, parts) in names() {
        arrays.insert(name, array(&parts, kind));
    }
    for side in ["encoder", "decoder"] {
        arrays.insert(format!("{side}/num_heads"), (vec![], 2, vec![4, 0]));
    }
    arrays.insert("decoder/pre_norm".into(), (vec![], 1, vec![1]));
    arrays
}

/// Concatenates tensors of the hub's checkpoint into one array.
fn array(parts: &[String], kind: u8) -> (Vec<usize>, u8, Vec<u8>) {
    let hub = hub();
    // Keys have no bias; the format stores zeros.
    let zeros = Tensor::zeros(32, candle_core::DType::F32, &Device::Cpu).unwrap();
    let parts: Vec<&Tensor> = parts.iter().map(|part| hub.get(part).unwrap_or(&zeros)).collect();
    let tensor = Tensor::cat(&parts, 0).unwrap();
    let values: Vec<f32> = tensor.flatten_all().unwrap().to_vec1().unwrap();
    let bytes = values.iter().flat_map(|value| match kind {
        FLOAT16 => half::f16::from_f32(*value).to_le_bytes().to_vec(),
        _ => value.to_le_bytes().to_vec(),
    });
    (tensor.dims().to_vec(), kind, bytes.collect())
}

/// The name of each array and of the hub's tensors that it consists of.
fn names() -> Vec<(String, Vec<String>)> {
    let mut names = Vec::new();
    let mut put = |name: String, parts: &[String]| names.push((name, parts.to_vec()));
    for (theirs, ours) in [("encoder/conv1", "encoder.conv1"), ("encoder/conv2", "encoder.conv2")] {
        for end in ["weight", "bias"] {
            put(format!("{theirs}/{end}"), &[format!("model.{ours}.{end}")]);
        }
    }
    let embedding = ["model.decoder.embed_tokens.weight".to_owned()];
    put("decoder/embeddings/weight".into(), &embedding);
    for (side, layers) in [("encoder", 2), ("decoder", 3)] {
        let positions = [format!("model.{side}.embed_positions.weight")];
        put(format!("{side}/position_encodings/encodings"), &positions);
        for (theirs, ours) in [("gamma", "weight"), ("beta", "bias")] {
            let mut norm = |place: &str, name: &str| {
                put(
                    format!("{side}/{place}/{theirs}"),
                    &[format!("model.{side}.{name}.{ours}")],
                );
            };
            norm("layer_norm", "layer_norm");
            for layer in 0..layers {
                let mut norm = |place: &str, name: &str| {
                    norm(&format!("layer_{layer}/{place}"), &format!("layers.{layer}.{name}"));
                };
                norm("self_attention/layer_norm", "self_attn_layer_norm");
                norm("ffn/layer_norm", "final_layer_norm");
                if side == "decoder" {
                    norm("attention/layer_norm", "encoder_attn_layer_norm");
                }
            }
        }
        for (layer, end) in (0..layers).flat_map(|layer| ["weight", "bias"].map(|end| (layer, end))) {
            let mut linear = |place: &str, names: &[&str]| {
                let names = names
                    .iter()
                    .map(|name| format!("model.{side}.layers.{layer}.{name}.{end}"));
                put(
                    format!("{side}/layer_{layer}/{place}/{end}"),
                    &names.collect::<Vec<_>>(),
                );
            };
            let own = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];
            linear("self_attention/linear_0", &own);
            linear("self_attention/linear_1", &["self_attn.out_proj"]);
            linear("ffn/linear_0", &["fc1"]);
            linear("ffn/linear_1", &["fc2"]);
            if side == "decoder" {
                linear("attention/linear_0", &["encoder_attn.q_proj"]);
                linear("attention/linear_1", &["encoder_attn.k_proj", "encoder_attn.v_proj"]);
                linear("attention/linear_2", &["encoder_attn.out_proj"]);
            }
        }
    }
    names
}

fn name(bytes: &mut Vec<u8>, name: &str) {
    bytes.extend((name.len() as u16 + 1).to_le_bytes());
    bytes.extend(name.bytes().chain([0]));
}

fn written(arrays: &Arrays) -> Vec<u8> {
    let mut bytes = 6u32.to_le_bytes().to_vec();
    name(&mut bytes, "WhisperSpec");
    bytes.extend(3u32.to_le_bytes());
    bytes.extend((arrays.len() as u32).to_le_bytes());
    for (of, (sizes, kind, contents)) in arrays {
        name(&mut bytes, of);
        bytes.push(sizes.len() as u8);
        bytes.extend(sizes.iter().flat_map(|size| (*size as u32).to_le_bytes()));
        bytes.push(*kind);
        bytes.extend((contents.len() as u32).to_le_bytes());
        bytes.extend(contents);
    }
    bytes.extend(1u32.to_le_bytes());
    name(&mut bytes, "decoder/projection/weight");
    name(&mut bytes, "decoder/embeddings/weight");
    bytes
}

fn pack(model: &[u8]) -> (tempfile::TempDir, Pack) {
    let tokenizer = fs::read(golden().join("tokenizer.json")).unwrap();
    made::pack(&[
        ("config.json", CONFIG),
        ("tokenizer.json", &tokenizer),
        ("model.bin", model),
    ])
}

/// The error message of opening an unusable model.
fn refusal(model: &[u8]) -> String {
    let error = Transcriber::open(&pack(model).1, &Device::Cpu).err().unwrap();
    assert_eq!(error.code(), "pack_file_unusable", "{error}");
    error.to_string()
}

#[test]
fn every_tensor_has_the_hubs_name_and_values() {
    for (kind, tolerance) in [(FLOAT32, 0.0), (FLOAT16, 4e-3)] {
        let (_folder, pack) = pack(&written(&arrays(kind)));
        let checkpoint = Checkpoint::load(&pack, &Device::Cpu).unwrap();
        let sizes: serde_json::Value =
            serde_json::from_slice(&fs::read(golden().join("config.json")).unwrap()).unwrap();
        assert_eq!(checkpoint.config, serde_json::from_value(sizes).unwrap());
        assert_eq!(
            (checkpoint.suppressed.always.len(), checkpoint.suppressed.first.len()),
            (4, 2)
        );
        for (name, theirs) in hub() {
            let ours = checkpoint.weights.tensor(&name, theirs.dims()).unwrap();
            let far = (ours - &theirs).unwrap().abs().unwrap().max_all().unwrap();
            assert!(far.to_scalar::<f32>().unwrap() <= tolerance, "{name}");
        }
        assert!(Encoder::load(&checkpoint.config, &checkpoint.weights).is_ok());
        Transcriber::open(&pack, &Device::Cpu).unwrap();
    }
}

#[test]
fn a_file_that_is_not_what_it_should_be_is_refused() {
    let whole = arrays(FLOAT32);
    let bytes = written(&whole);
    assert!(refusal(&bytes[..bytes.len() - 3]).contains("ends where"));
    assert!(refusal(&[bytes.clone(), vec![0; 7]].concat()).contains("7 bytes follow"));
    assert!(refusal(&[&5u32.to_le_bytes(), &bytes[4..]].concat()).contains("version 5"));
    assert!(refusal(&[&bytes[..6], b"Transformer", &bytes[17..]].concat()).contains("holds Transformer"));

    let changed = |change: &dyn Fn(&mut Arrays)| {
        let mut arrays = whole.clone();
        change(&mut arrays);
        refusal(&written(&arrays))
    };
    let fc1 = "encoder/layer_1/ffn/linear_0/weight";
    let message = changed(&|arrays| arrays.get_mut(fc1).unwrap().0 = vec![48, 33]);
    assert!(message.contains(fc1) && message.contains("[48, 33]"), "{message}");
    let message = changed(&|arrays| arrays.get_mut(fc1).unwrap().0 = vec![usize::MAX >> 33; 3]);
    assert!(message.contains(fc1), "{message}");
    let message = changed(&|arrays| {
        let array = arrays.get_mut(fc1).unwrap();
        (array.1, array.2) = (1, vec![0; 48 * 32]);
    });
    assert!(message.contains("is int8"), "{message}");
    let message = changed(&|arrays| arrays.get_mut(fc1).unwrap().1 = 9);
    assert!(message.contains("no type 9"), "{message}");
    let message = changed(&|arrays| drop(arrays.remove("decoder/num_heads")));
    assert!(message.contains("lacks decoder/num_heads"), "{message}");
    let message = changed(&|arrays| drop(arrays.insert("decoder/layer_0/gate".into(), (vec![1], 0, vec![0; 4]))));
    assert!(message.contains("decoder/layer_0/gate"), "{message}");
    let message = changed(&|arrays| drop(arrays.remove("decoder/layer_2/attention/linear_1/bias")));
    assert!(
        message.contains("model.decoder.layers.2.encoder_attn.v_proj.bias"),
        "{message}"
    );
}

#[test]
fn changed_bytes_never_panic() {
    let bytes = written(&arrays(FLOAT16));
    let mut generator = StdRng::seed_from_u64(4);
    for _ in 0..60 {
        let mut changed = bytes.clone();
        for _ in 0..generator.random_range(1..4) {
            // Half of the changes are in the first 200 bytes, where the first headers are.
            let end = if generator.random() { 200 } else { bytes.len() };
            let place = generator.random_range(0..end);
            changed[place] = generator.random();
        }
        changed.truncate(generator.random_range(0..=changed.len()).max(changed.len() / 2));
        let _ = Transcriber::open(&pack(&changed).1, &Device::Cpu);
    }
}

mod with_ears {
    use super::*;

    #[test]
    #[ignore = "needs the pack ears"]
    fn the_real_weights_are_read() {
        let ears = Transcriber::open(&fetched("ears"), &Device::Cpu).unwrap();
        let heard = ears.transcribe(&[0.0; 1600], &Cancel::default(), &mut |_| {}).unwrap();
        assert_ne!(heard.outcome, Outcome::Speech);
    }
}
