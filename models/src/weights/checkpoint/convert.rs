//! A published model made smaller: its matrices quantized, each as coarsely as its measured error allows.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{Device, Result, Tensor};
use rayon::prelude::*;

use super::folder::Checkpoint;
use super::precision::{Form, Precision};
use super::store::{Entry, Format, GGUF, INDEX, Store};
use crate::base::error::CheckpointError;
use eyebright_kernels::linear::widened;
use eyebright_kernels::quantized::filled;

/// From coarse to fine, with the size of the error over that of the matrix beyond which the next is taken; the last takes all.
/// Weights that are spread like a normal distribution, as most are, come to 0.07, 0.02 and 0.005.
const LADDER: [(GgmlDType, f32); 4] = [
    (GgmlDType::Q4K, 0.09),
    (GgmlDType::Q6K, 0.03),
    (GgmlDType::Q8_0, 0.012),
    (GgmlDType::F16, f32::INFINITY),
];
/// Two-dimensional, yet added and not multiplied.
const NO_MATRIX: [&str; 2] = ["position", "relative_attention_bias"];
/// Left out where it is the word embeddings again.
const TIED: [(&str, &str); 5] = [
    (
        "cls.predictions.decoder.weight",
        "bert.embeddings.word_embeddings.weight",
    ),
    ("lm_head.weight", "model.decoder.embed_tokens.weight"),
    ("lm_head.weight", "shared.weight"),
    ("encoder.embed_tokens.weight", "shared.weight"),
    ("decoder.embed_tokens.weight", "shared.weight"),
];
/// Files that belong to the model beside its weights.
const COPIED: [&str; 3] = ["json", "txt", "md"];
/// A folder that does too, and its file: the tokenizer of `InstructBLIP`'s Q-Former.
const SECOND_TOKENIZER: (&str, &str) = ("qformer_tokenizer", "tokenizer.json");

/// A summary of a conversion.
#[derive(Debug, Clone, Default)]
pub struct Converted {
    /// How many matrices came to be held how.
    pub matrices: BTreeMap<&'static str, usize>,
    /// Size of the error over that of the matrix, where it is largest, and that matrix.
    pub worst: (f32, String),
    /// Bytes of weights before and after.
    pub bytes: (u64, u64),
}

/// Writes a quantized model into the folder `out`, which must not be there yet. Nothing is left there if it fails.
pub fn convert(checkpoint: &Checkpoint, to: Precision, out: &Path) -> std::result::Result<Converted, CheckpointError> {
    let unwritable = |error: &dyn ToString| CheckpointError::Unwritable {
        folder: out.display().to_string(),
        reason: crate::base::text::first_line(&error.to_string()),
    };
    let store = Store::open(checkpoint)?;
    fs::create_dir(out).map_err(|error| unwritable(&error))?;
    let written = write(checkpoint, &store, to, out);
    if written.is_err() {
        // What went wrong first is told.
        let _ = fs::remove_dir_all(out);
    }
    written.map_err(|error| unwritable(&error))
}

fn write(checkpoint: &Checkpoint, store: &Store, to: Precision, out: &Path) -> Result<Converted> {
    let entries: Vec<(&String, &Entry)> = store
        .entries
        .iter()
        .filter(|(name, entry)| is_kept(store, name, entry))
        .collect();
    let made = entries
        .par_iter()
        .map(|(name, entry)| converted(store, name, entry, to));
    let made: Vec<(QTensor, f32)> = made.collect::<Result<_>>()?;
    let mut converted = Converted::default();
    for ((name, entry), (tensor, error)) in entries.iter().zip(&made) {
        converted.bytes.0 += entry.bytes;
        converted.bytes.1 += tensor.storage_size_in_bytes() as u64;
        if is_matrix(name, entry) {
            *converted.matrices.entry(spelt(tensor.dtype())).or_default() += 1;
        }
        if *error > converted.worst.0 {
            converted.worst = (*error, (*name).clone());
        }
    }
    let named: Vec<(&str, &QTensor)> = entries
        .iter()
        .zip(&made)
        .map(|((name, _), (made, _))| (name.as_str(), made))
        .collect();
    let mut file = BufWriter::new(File::create(out.join(GGUF))?);
    gguf_file::write(&mut file, &[], &named)?;
    std::io::Write::flush(&mut file)?;
    for entry in fs::read_dir(&checkpoint.folder)? {
        let path = entry?.path();
        let is_copied = path
            .extension()
            .is_some_and(|end| COPIED.iter().any(|copied| end == *copied));
        if let Some(name) = path.file_name().filter(|name| is_copied && *name != INDEX) {
            fs::copy(&path, out.join(name))?;
        }
    }
    let (inner, file) = SECOND_TOKENIZER;
    let second = checkpoint.folder.join(inner).join(file);
    if second.is_file() {
        fs::create_dir(out.join(inner))?;
        fs::copy(second, out.join(inner).join(file))?;
    }
    Ok(converted)
}

/// As on the command line.
fn spelt(dtype: GgmlDType) -> &'static str {
    match dtype {
        GgmlDType::Q4K => "q4_k",
        GgmlDType::Q6K => "q6_k",
        GgmlDType::Q8_0 => "q8_0",
        _ => "f16",
    }
}

/// Whether a tensor has a use at all.
fn is_kept(store: &Store, name: &str, entry: &Entry) -> bool {
    let is_copy = TIED.iter().any(|(copy, original)| {
        let original = name
            .strip_suffix(copy)
            .and_then(|path| store.entries.get(&format!("{path}{original}")));
        original.is_some_and(|original| store.same(entry, original).unwrap_or(false))
    });
    !is_copy && !matches!(entry.format, Format::Other(_))
}

fn is_matrix(name: &str, entry: &Entry) -> bool {
    entry.shape.len() == 2 && name.ends_with("weight") && !NO_MATRIX.iter().any(|part| name.contains(part))
}

/// The tensor as it is written, and its error.
fn converted(store: &Store, name: &str, entry: &Entry, to: Precision) -> Result<(QTensor, f32)> {
    if let Format::Quantized(_) = entry.format {
        candle_core::bail!("it is quantized already; convert the model as it was published")
    }
    let tensor = widened(&store.dense(entry)?)?;
    if !is_matrix(name, entry) {
        return Ok((QTensor::quantize(&tensor, GgmlDType::F32)?, 0.0));
    }
    let wanted = match to.form(tensor.dtype()) {
        Form::Quantized(dtype) => dtype,
        Form::Dense(_) => GgmlDType::F16,
    };
    let finer = LADDER.iter().skip_while(|(dtype, _)| *dtype != wanted);
    for &(dtype, most) in finer {
        // Half precision is not in blocks that would have to be filled.
        let source = if dtype == GgmlDType::F16 {
            tensor.clone()
        } else {
            filled(&tensor)?
        };
        let quantized = QTensor::quantize(&source, dtype)?;
        let error = relative_error(&source, &quantized)?;
        if error <= most {
            return Ok((quantized, error));
        }
    }
    candle_core::bail!("{name} holds values that are not numbers")
}

/// Size of the difference over size of the values.
fn relative_error(dense: &Tensor, quantized: &QTensor) -> Result<f32> {
    let size = |x: &Tensor| x.sqr()?.sum_all()?.to_scalar::<f32>();
    let difference = (quantized.dequantize(&Device::Cpu)? - dense)?;
    let values = size(dense)?;
    Ok(if values == 0.0 {
        0.0
    } else {
        (size(&difference)? / values).sqrt()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use candle_core::DType;

    use super::super::random::normal;
    use super::*;

    /// Matrices that can be held more or less coarsely, and tensors that are no matrices.
    fn tensors() -> HashMap<&'static str, Tensor> {
        let plain = normal(1, (32, 512));
        // One value in each row is far larger than the others: blocks of few bits lose those.
        let spike = Tensor::cat(
            &[
                &(plain.narrow(1, 0, 1).unwrap() * 3000.0).unwrap(),
                &plain.narrow(1, 1, 511).unwrap(),
            ],
            1,
        );
        let mild = (normal(2, (32, 512)).powf(3.0).unwrap() * 10.0).unwrap();
        HashMap::from([
            ("plain.weight", plain.clone()),
            ("spike.weight", spike.unwrap()),
            ("mild.weight", mild),
            ("position_embeddings.weight", plain.clone()),
            ("norm.weight", plain.get(0).unwrap()),
            ("head.cls.predictions.decoder.weight", plain.clone()),
            ("head.bert.embeddings.word_embeddings.weight", plain.clone()),
            ("position_ids", Tensor::zeros(4, DType::I64, &Device::Cpu).unwrap()),
        ])
    }

    #[test]
    fn what_cannot_be_held_coarsely_is_held_finer() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.json"), r#"{"model_type": "tiny"}"#).unwrap();
        let tensors = tensors();
        candle_core::safetensors::save(&tensors, folder.path().join("model.safetensors")).unwrap();
        let checkpoint = Checkpoint::open(folder.path()).unwrap();
        let out = folder.path().join("out");
        let converted = convert(&checkpoint, Precision::Q4K, &out).unwrap();
        assert_eq!(converted.matrices.values().sum::<usize>(), 4, "{converted:?}");
        assert!(
            converted.matrices["q4_k"] >= 2 && converted.bytes.1 * 2 < converted.bytes.0,
            "{converted:?}"
        );
        assert!(converted.worst.0 > 0.01 && converted.worst.0 <= 0.09, "{converted:?}");
        let stored = Store::open(&Checkpoint::open(&out).unwrap()).unwrap();
        assert_eq!(stored.entries["plain.weight"].format, Format::Quantized(GgmlDType::Q4K));
        assert_eq!(stored.entries["norm.weight"].format, Format::Dense(DType::F32));
        assert_eq!(
            stored.entries["position_embeddings.weight"].format,
            Format::Dense(DType::F32)
        );
        assert!(!stored.entries.contains_key("position_ids"));
        assert!(!stored.entries.contains_key("head.cls.predictions.decoder.weight"));
        for (name, entry) in &stored.entries {
            let far = (stored.dense(entry).unwrap() - &tensors[name.as_str()]).unwrap();
            let size = |x: &Tensor| x.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
            assert!(size(&far) <= 0.09 * 0.09 * size(&tensors[name.as_str()]), "{name}");
        }
        let again = convert(&checkpoint, Precision::Q4K, &out).unwrap_err();
        assert_eq!(again.code(), "unwritable");
        let twice = convert(
            &Checkpoint::open(&out).unwrap(),
            Precision::Q8_0,
            &folder.path().join("twice"),
        );
        assert!(twice.unwrap_err().to_string().contains("already"));
        assert!(!folder.path().join("twice").exists());
    }
}
