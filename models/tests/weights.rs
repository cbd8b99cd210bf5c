//! Tests that truncated, changed and malicious weight files cause errors that name file and tensor, and never a panic.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::fmt::Write;
use std::io::Cursor;

use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{Device, Tensor};
use eyebright_models::Pack;
use eyebright_models::PackError;
use eyebright_models::parts::tensors;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// Two tensors: a matrix of 64 x 32 values i / 1000, and a vector of 8 ones.
fn tensors() -> [(&'static str, Tensor); 2] {
    let matrix = Tensor::arange(0f32, 2048.0, &Device::Cpu).unwrap();
    let matrix = (matrix / 1000.0).unwrap().reshape((64, 32)).unwrap();
    [
        ("part.weight", matrix),
        (
            "part.bias",
            Tensor::ones(8, candle_core::DType::F32, &Device::Cpu).unwrap(),
        ),
    ]
}

fn as_gguf() -> Vec<u8> {
    let [(matrix_name, matrix), (vector_name, vector)] = tensors();
    let matrix = QTensor::quantize(&matrix, GgmlDType::Q8_0).unwrap();
    let vector = QTensor::quantize(&vector, GgmlDType::F32).unwrap();
    let mut bytes = Cursor::new(Vec::new());
    gguf_file::write(&mut bytes, &[], &[(matrix_name, &matrix), (vector_name, &vector)]).unwrap();
    bytes.into_inner()
}

fn as_safetensors() -> Vec<u8> {
    safetensors::serialize(tensors().iter().map(|(name, tensor)| (name, tensor)), None).unwrap()
}

/// A pack with one file and a correct manifest.
fn pack(file: &str, bytes: &[u8]) -> (tempfile::TempDir, Pack) {
    let folder = tempfile::tempdir().unwrap();
    let digest = Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    });
    let manifest = format!(
        "name='made'\nsummary='s'\nlicence='MIT'\n[[file]]\nname='{file}'\nbytes={}\nsha256='{digest}'\n",
        bytes.len()
    );
    std::fs::write(folder.path().join("pack.toml"), manifest).unwrap();
    std::fs::write(folder.path().join(file), bytes).unwrap();
    let pack = Pack::open(folder.path()).unwrap();
    (folder, pack)
}

fn load(file: &str, bytes: &[u8]) -> Result<HashMap<&'static str, Vec<f32>>, PackError> {
    let (_folder, pack) = pack(file, bytes);
    let weights = tensors::load(&pack, file, &Device::Cpu)?;
    let values = |(name, tensor): (&'static str, Tensor)| {
        let loaded = weights.get(tensor.dims(), name).ok()?;
        Some((name, loaded.flatten_all().ok()?.to_vec1().ok()?))
    };
    Ok(tensors().into_iter().filter_map(values).collect())
}

#[test]
fn both_forms_give_the_values_that_were_written() {
    for (file, bytes, tolerance) in [("a.gguf", as_gguf(), 0.02), ("a.safetensors", as_safetensors(), 0.0)] {
        let loaded = load(file, &bytes).unwrap();
        for (name, tensor) in tensors() {
            let written: Vec<f32> = tensor.flatten_all().unwrap().to_vec1().unwrap();
            let far = loaded[name]
                .iter()
                .zip(&written)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(far <= tolerance, "{file} {name}: {far}");
        }
    }
}

#[test]
fn a_cut_file_is_named() {
    for (file, bytes) in [("a.gguf", as_gguf()), ("a.safetensors", as_safetensors())] {
        for length in [1, 7, 20, 90, bytes.len() - 1] {
            let error = load(file, &bytes[..length]).unwrap_err();
            assert_eq!(error.code(), "pack_file_unusable", "{length} bytes");
            assert!(error.to_string().contains(file), "{error}");
        }
    }
}

#[test]
fn no_header_can_make_the_reader_panic() {
    let mut random = StdRng::seed_from_u64(3);
    for (file, whole, header) in [("a.gguf", as_gguf(), 160), ("a.safetensors", as_safetensors(), 200)] {
        for _ in 0..300 {
            let mut bytes = whole.clone();
            for _ in 0..random.random_range(1..5) {
                bytes[random.random_range(0..header)] = random.random();
            }
            // Success and failure are both fine, as long as nothing panics.
            let _ = load(file, &bytes);
        }
    }
}

/// Dimensions whose product overflows to 0 are refused.
#[test]
fn sizes_beyond_all_memory_are_refused() {
    let mut bytes = as_gguf();
    let name = b"part.weight";
    let at = bytes.windows(name.len()).position(|window| window == name).unwrap() + name.len() + 4;
    for dimension in [at, at + 8] {
        bytes[dimension..dimension + 8].copy_from_slice(&(1_u64 << 33).to_le_bytes());
    }
    let error = load("a.gguf", &bytes).unwrap_err();
    assert!(error.to_string().contains("part.weight"), "{error}");
}
