//! Named tensors of a pack file, by the name's ending: `.gguf` (quantized) or `.safetensors`.

use std::collections::HashMap;
use std::io::Cursor;

use candle_core::quantized::gguf_file::Content;
use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;

use crate::pack::{Pack, PackError};

/// Reads all tensors of `file` as f32. Quantized tensors are expanded: this is for small models.
pub fn load(pack: &Pack, file: &str, device: &Device) -> std::result::Result<VarBuilder<'static>, PackError> {
    let bytes = pack.file(file)?;
    let tensors = if file.ends_with(".gguf") {
        gguf(&bytes, device)
    } else {
        safetensors(&bytes, device)
    };
    let tensors = tensors.map_err(|error| pack.unusable(file, error))?;
    Ok(VarBuilder::from_tensors(tensors, DType::F32, device))
}

fn gguf(bytes: &[u8], device: &Device) -> Result<HashMap<String, Tensor>> {
    let mut reader = Cursor::new(bytes);
    let content = Content::read(&mut reader)?;
    let names: Vec<String> = content.tensor_infos.keys().cloned().collect();
    let mut read = |name: String| {
        let tensor = content.tensor(&mut reader, &name, device)?.dequantize(device)?;
        Ok((name, tensor))
    };
    names.into_iter().map(&mut read).collect()
}

pub(crate) fn safetensors(bytes: &[u8], device: &Device) -> Result<HashMap<String, Tensor>> {
    let tensors = candle_core::safetensors::load_buffer(bytes, device)?;
    tensors
        .into_iter()
        .map(|(name, tensor)| Ok((name, tensor.to_dtype(DType::F32)?)))
        .collect()
}
