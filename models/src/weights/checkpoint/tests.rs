use std::collections::HashMap;
use std::fs;
use std::path::Path;

use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{DType, Device, Tensor};
use candle_nn::Module;
use tempfile::TempDir;

use super::folder::CONFIG;
use super::random::normal;
use super::*;
use eyebright_kernels::quantized::filled;

const MATRIX: [usize; 2] = [20, 300];

fn tensors(dtype: DType) -> HashMap<String, Tensor> {
    let random = |seed, shape: &[usize]| normal(seed, shape).to_dtype(dtype).unwrap();
    HashMap::from([
        ("layer.weight".to_owned(), random(0, &MATRIX)),
        ("layer.bias".to_owned(), random(1, &MATRIX[..1])),
        ("norm.weight".to_owned(), random(2, &MATRIX[..1])),
        ("norm.bias".to_owned(), random(3, &MATRIX[..1])),
    ])
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(CONFIG), r#"{"model_type": "tiny"}"#).unwrap();
    folder
}

fn written(tensors: &HashMap<String, Tensor>) -> TempDir {
    let folder = folder();
    candle_core::safetensors::save(tensors, folder.path().join("model.safetensors")).unwrap();
    folder
}

/// What a layer makes of ones.
fn build(weights: &Weights) -> candle_core::Result<Tensor> {
    let layer = weights.pp("layer").linear(MATRIX[1], MATRIX[0])?;
    let norm = weights.pp("norm").layer_norm(MATRIX[0], 1e-5)?;
    norm.forward(&layer.forward(&Tensor::ones((1, MATRIX[1]), DType::F32, &Device::Cpu)?)?)
}

fn load(folder: &Path, precision: Precision) -> Result<Tensor, CheckpointError> {
    Checkpoint::open(folder)?.load(precision, &Device::Cpu, &["position_ids"], build)
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

fn difference(ours: &Tensor, theirs: &Tensor) -> f32 {
    let largest = |x: &[f32]| x.iter().fold(0f32, |most, x| most.max(x.abs()));
    largest(&numbers(&(ours - theirs).unwrap())) / largest(&numbers(theirs))
}

fn expected(tensors: &HashMap<String, Tensor>) -> Tensor {
    let weights = Weights::of_tensors(tensors.clone(), Precision::F32, &Device::Cpu);
    let made = build(&weights).unwrap();
    weights.fit(&[]).unwrap();
    made
}

fn misfit(folder: &Path) -> Misfit {
    match load(folder, Precision::Stored) {
        Err(CheckpointError::Tensors { misfit, .. }) => *misfit,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whole_sharded_and_quantized_files_give_the_same_model() {
    let tensors = tensors(DType::F32);
    let expected = expected(&tensors);
    let whole = load(written(&tensors).path(), Precision::Stored).unwrap();
    assert_eq!(numbers(&whole), numbers(&expected));

    let shards = folder();
    let mut map = HashMap::new();
    for (number, (name, tensor)) in tensors.iter().enumerate() {
        let file = format!("model-{number}.safetensors");
        candle_core::safetensors::save(&HashMap::from([(name, tensor.clone())]), shards.path().join(&file)).unwrap();
        map.insert(name, file);
    }
    let index = serde_json::json!({ "weight_map": map });
    fs::write(shards.path().join("model.safetensors.index.json"), index.to_string()).unwrap();
    assert_eq!(
        numbers(&load(shards.path(), Precision::Stored).unwrap()),
        numbers(&expected)
    );

    let quantized = folder();
    let made: Vec<(&str, QTensor)> = tensors
        .iter()
        .map(|(name, tensor)| {
            let q = match tensor.rank() {
                2 => QTensor::quantize(&filled(tensor).unwrap(), GgmlDType::Q8_0),
                _ => QTensor::quantize(tensor, GgmlDType::F32),
            };
            (name.as_str(), q.unwrap())
        })
        .collect();
    let all: Vec<(&str, &QTensor)> = made.iter().map(|(name, tensor)| (*name, tensor)).collect();
    let mut file = fs::File::create(quantized.path().join("model.gguf")).unwrap();
    gguf_file::write(&mut file, &[], &all).unwrap();
    let stored = load(quantized.path(), Precision::Stored).unwrap();
    assert!(
        difference(&stored, &expected) < 0.02,
        "{}",
        difference(&stored, &expected)
    );
    let at_load = load(written(&tensors).path(), Precision::Q8_0).unwrap();
    assert_eq!(numbers(&stored), numbers(&at_load));
}

#[test]
fn halves_are_read_and_made() {
    for dtype in [DType::F16, DType::BF16] {
        let tensors = tensors(dtype);
        let expected = expected(&tensors);
        let folder = written(&tensors);
        for precision in [Precision::Stored, Precision::F32, Precision::BF16] {
            let far = difference(&load(folder.path(), precision).unwrap(), &expected);
            assert!(far < 1e-2, "{dtype:?} as {precision:?}: {far}");
        }
    }
}

#[test]
fn each_tensor_that_does_not_fit_is_named() {
    let mut tensors = tensors(DType::F32);
    tensors.remove("norm.bias");
    tensors.insert(
        "layer.bias".to_owned(),
        Tensor::zeros(3, DType::F32, &Device::Cpu).unwrap(),
    );
    tensors.insert(
        "norm.weight".to_owned(),
        Tensor::zeros(MATRIX[0], DType::U32, &Device::Cpu).unwrap(),
    );
    tensors.insert("other".to_owned(), Tensor::zeros(1, DType::F32, &Device::Cpu).unwrap());
    tensors.insert(
        "embeddings.position_ids".to_owned(),
        Tensor::zeros(1, DType::I64, &Device::Cpu).unwrap(),
    );
    let folder = written(&tensors);
    let misfit = misfit(folder.path());
    assert_eq!(misfit.missing, ["norm.bias"]);
    assert_eq!(misfit.unused, ["other"]);
    assert_eq!(
        misfit.misshapen,
        [
            "layer.bias should be [20] and is [3]",
            "norm.weight should be [20] and is [20] of U32"
        ]
    );
    let message = load(folder.path(), Precision::Q4K).unwrap_err().to_string();
    assert!(
        message.contains("norm.bias") && message.contains("[3]") && message.contains("other"),
        "{message}"
    );
}

#[test]
fn cut_absent_and_escaping_files_are_refused() {
    let code = |folder: &Path| load(folder, Precision::Stored).unwrap_err().code();
    assert_eq!(code(Path::new("/nonexistent")), "no_pack");
    let folder = folder();
    assert_eq!(code(folder.path()), "pack_file_missing");
    let whole = written(&tensors(DType::F32));
    let bytes = fs::read(whole.path().join("model.safetensors")).unwrap();
    for length in [0, 7, 40, bytes.len() - 1] {
        fs::write(folder.path().join("model.safetensors"), &bytes[..length]).unwrap();
        assert_eq!(code(folder.path()), "pack_file_unusable", "cut to {length}");
    }
    fs::write(folder.path().join("model.gguf"), &bytes).unwrap();
    assert_eq!(code(folder.path()), "pack_file_unusable", "another format");
    fs::remove_file(folder.path().join("model.gguf")).unwrap();
    let index = folder.path().join("model.safetensors.index.json");
    fs::write(&index, r#"{"weight_map": {"a": "../model.safetensors"}}"#).unwrap();
    assert_eq!(code(folder.path()), "pack_file_unusable", "outside the folder");
    fs::write(&index, r#"{"weight_map": {"a": "model-1.safetensors"}}"#).unwrap();
    assert_eq!(code(folder.path()), "pack_file_missing");
}

#[test]
fn a_cut_quantized_file_is_refused() {
    let folder = folder();
    let matrix = normal(1, (16, 256));
    let matrix = QTensor::quantize(&matrix, GgmlDType::Q8_0).unwrap();
    let path = folder.path().join("model.gguf");
    gguf_file::write(&mut fs::File::create(&path).unwrap(), &[], &[("layer.weight", &matrix)]).unwrap();
    let bytes = fs::read(&path).unwrap();
    for length in [0, 3, 50, bytes.len() - 40] {
        fs::write(&path, &bytes[..length]).unwrap();
        assert_eq!(
            load(folder.path(), Precision::Stored).unwrap_err().code(),
            "pack_file_unusable",
            "cut to {length}"
        );
    }
}

#[test]
fn the_kind_of_model_is_read() {
    let folder = folder();
    assert!(Checkpoint::is_at(folder.path()));
    assert_eq!(
        Checkpoint::open(folder.path())
            .unwrap()
            .architecture()
            .unwrap()
            .model_type,
        "tiny"
    );
    fs::write(folder.path().join(CONFIG), "{}").unwrap();
    assert!(!Checkpoint::is_at(folder.path()));
}
