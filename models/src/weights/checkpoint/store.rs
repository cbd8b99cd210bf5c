//! Where each tensor lies in which file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Cursor;

use candle_core::quantized::GgmlDType;
use candle_core::quantized::ggml_file::qtensor_from_ggml;
use candle_core::quantized::gguf_file::Content;
use candle_core::{DType, Device, Tensor};
use safetensors::SafeTensors;
use serde::Deserialize;

use super::folder::Checkpoint;
use crate::base::error::CheckpointError;
use crate::base::mapped::{map, map_all};

pub(super) const GGUF: &str = "model.gguf";
const WHOLE: &str = "model.safetensors";
pub(super) const INDEX: &str = "model.safetensors.index.json";

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// The files with weights, opened, and what is in them.
#[derive(Debug)]
pub(super) struct Store {
    files: Vec<File>,
    pub(super) entries: BTreeMap<String, Entry>,
}

/// Reads the header of the file of this number.
type ReadHeader = fn(&[u8], usize) -> candle_core::Result<Vec<(String, Entry)>>;

/// A tensor in a file.
#[derive(Debug)]
pub(super) struct Entry {
    file: usize,
    start: u64,
    pub(super) bytes: u64,
    pub(super) shape: Vec<usize>,
    pub(super) format: Format,
}

/// How its values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Dense(DType),
    Quantized(GgmlDType),
    /// Not numbers that a network computes with, such as position ids.
    Other(safetensors::Dtype),
}

impl Store {
    pub(super) fn open(checkpoint: &Checkpoint) -> Result<Self, CheckpointError> {
        let mut store = Self {
            files: Vec::new(),
            entries: BTreeMap::new(),
        };
        if checkpoint.folder.join(GGUF).is_file() {
            store.add(checkpoint, GGUF, gguf_entries)?;
        } else if let Some(index) = checkpoint.json_if_there::<Index>(INDEX)? {
            let shards: BTreeSet<String> = index.weight_map.into_values().collect();
            for shard in shards {
                // An index must not reach outside its folder.
                if shard.contains(['/', '\\']) || shard.starts_with('.') {
                    return Err(checkpoint.unusable(INDEX, format!("{shard:?} is not a plain file name")));
                }
                store.add(checkpoint, &shard, safetensors_entries)?;
            }
        } else {
            store.add(checkpoint, WHOLE, safetensors_entries)?;
        }
        Ok(store)
    }

    fn add(&mut self, checkpoint: &Checkpoint, name: &str, read: ReadHeader) -> Result<(), CheckpointError> {
        let file = File::open(checkpoint.folder.join(name)).map_err(|_| CheckpointError::Missing {
            checkpoint: checkpoint.name.clone(),
            file: name.to_owned(),
        })?;
        // Only the pages of the header are touched.
        let entries = map_all(&file)
            .map_err(candle_core::Error::from)
            .and_then(|bytes| read(&bytes, self.files.len()))
            .map_err(|error| checkpoint.unusable(name, error))?;
        self.files.push(file);
        self.entries.extend(entries);
        Ok(())
    }

    /// A tensor of numbers as it is stored, on the CPU; a quantized one is expanded to f32.
    pub(super) fn dense(&self, entry: &Entry) -> candle_core::Result<Tensor> {
        match entry.format {
            Format::Dense(dtype) => self.with_bytes(entry, |bytes| {
                Tensor::from_raw_buffer(bytes, dtype, &entry.shape, &Device::Cpu)
            }),
            Format::Quantized(dtype) => self.with_bytes(entry, |bytes| {
                qtensor_from_ggml(dtype, bytes, entry.shape.clone(), &Device::Cpu)?.dequantize(&Device::Cpu)
            }),
            Format::Other(dtype) => candle_core::bail!("{dtype:?} is no type of weights"),
        }
    }

    /// Whether two tensors are the same, byte for byte.
    pub(super) fn same(&self, one: &Entry, other: &Entry) -> candle_core::Result<bool> {
        let alike = one.shape == other.shape && one.format == other.format;
        Ok(alike && self.with_bytes(one, |one| self.with_bytes(other, |other| Ok(one == other)))?)
    }

    /// Calls `read` with a tensor's bytes.
    pub(super) fn with_bytes<T>(
        &self,
        entry: &Entry,
        read: impl FnOnce(&[u8]) -> candle_core::Result<T>,
    ) -> candle_core::Result<T> {
        if entry.bytes == 0 {
            return read(&[]);
        }
        read(&map(&self.files[entry.file], entry.start..entry.start + entry.bytes)?)
    }
}

fn safetensors_entries(bytes: &[u8], file: usize) -> candle_core::Result<Vec<(String, Entry)>> {
    let (header, metadata) = SafeTensors::read_metadata(bytes)?;
    // The header stands behind its own length in 8 bytes; offsets count from its end.
    let data = header + size_of::<u64>();
    let entry = |(name, info): (String, &safetensors::tensor::TensorInfo)| {
        let (start, end) = info.data_offsets;
        let format = match info.dtype {
            safetensors::Dtype::F32 => Format::Dense(DType::F32),
            safetensors::Dtype::F16 => Format::Dense(DType::F16),
            safetensors::Dtype::BF16 => Format::Dense(DType::BF16),
            other => Format::Other(other),
        };
        let entry = Entry {
            file,
            start: (data + start) as u64,
            bytes: (end - start) as u64,
            shape: info.shape.clone(),
            format,
        };
        (name, entry)
    };
    Ok(metadata.tensors().into_iter().map(entry).collect())
}

fn gguf_entries(bytes: &[u8], file: usize) -> candle_core::Result<Vec<(String, Entry)>> {
    let content = Content::read(&mut Cursor::new(bytes))?;
    let entry = |(name, info): (String, candle_core::quantized::gguf_file::TensorInfo)| {
        let shape = info.shape.dims().to_vec();
        let stored = stored_bytes(&shape, info.ggml_dtype);
        let start = content.tensor_data_offset.checked_add(info.offset);
        let fits =
            |&(start, length): &(u64, u64)| start.checked_add(length).is_some_and(|end| end <= bytes.len() as u64);
        let Some((start, length)) = start.zip(stored).filter(fits) else {
            candle_core::bail!("the tensor {name} reaches beyond the end of the file, which may have been cut")
        };
        let format = match info.ggml_dtype {
            GgmlDType::F32 => Format::Dense(DType::F32),
            GgmlDType::F16 => Format::Dense(DType::F16),
            GgmlDType::BF16 => Format::Dense(DType::BF16),
            other => Format::Quantized(other),
        };
        Ok((
            name,
            Entry {
                file,
                start,
                bytes: length,
                shape,
                format,
            },
        ))
    };
    content.tensor_infos.into_iter().map(entry).collect()
}

/// Length of a tensor in whole blocks; `None` where the sizes are impossible.
fn stored_bytes(shape: &[usize], dtype: GgmlDType) -> Option<u64> {
    let values = shape
        .iter()
        .try_fold(1usize, |product, &size| product.checked_mul(size))?;
    let whole = values.is_multiple_of(dtype.block_size());
    let bytes = (values / dtype.block_size()).checked_mul(dtype.type_size())?;
    whole.then_some(bytes as u64)
}
