//! Named tensors of a pack file, by the name's ending: `.gguf` (quantized) or `.safetensors`.

use std::collections::HashMap;
use std::io::Cursor;

use candle_core::quantized::gguf_file::{Content, TensorInfo};
use candle_core::safetensors::Load;
use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use rayon::prelude::*;
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;

use crate::base::error::PackError;
use crate::weights::pack::Pack;
use eyebright_kernels::linear::widened;

/// Reads all tensors of `file` as f32. Quantized tensors are expanded: this is for small models.
pub fn load(pack: &Pack, file: &str, device: &Device) -> std::result::Result<VarBuilder<'static>, PackError> {
    Ok(VarBuilder::from_tensors(
        tensors(pack, file, device)?,
        DType::F32,
        device,
    ))
}

/// Tensors of a file by name.
pub fn tensors(pack: &Pack, file: &str, device: &Device) -> std::result::Result<HashMap<String, Tensor>, PackError> {
    let bytes = pack.file(file)?;
    let tensors = if matches!(file.rsplit_once('.'), Some((_, "gguf"))) {
        gguf(&bytes, device)
    } else {
        safetensors(&bytes, device)
    };
    tensors.map_err(|error| pack.unusable(file, error))
}

fn gguf(bytes: &[u8], device: &Device) -> Result<HashMap<String, Tensor>> {
    let mut reader = Cursor::new(bytes);
    let content = Content::read(&mut reader)?;
    let names: Vec<String> = content.tensor_infos.keys().cloned().collect();
    let mut read = |name: String| {
        check_size(&name, &content.tensor_infos[&name])?;
        let tensor = content.tensor(&mut reader, &name, device)?.dequantize(device)?;
        Ok((name, tensor))
    };
    names.into_iter().map(&mut read).collect()
}

/// candle multiplies the sizes that a header claims without looking whether the product fits.
fn check_size(name: &str, info: &TensorInfo) -> Result<()> {
    let sizes = info.shape.dims();
    let bytes = sizes
        .iter()
        .try_fold(info.ggml_dtype.type_size(), |product, &size| product.checked_mul(size));
    match bytes {
        Some(_) => Ok(()),
        None => candle_core::bail!("the tensor {name} claims the sizes {sizes:?}"),
    }
}

fn safetensors(bytes: &[u8], device: &Device) -> Result<HashMap<String, Tensor>> {
    let file = SafeTensors::deserialize(bytes)?;
    let read = |(name, view): (String, TensorView)| Ok((name, expanded(&view, device)?));
    file.tensors().into_par_iter().map(read).collect()
}

/// The values as f32.
pub(crate) fn expanded(view: &TensorView, device: &Device) -> Result<Tensor> {
    widened(&view.load(device)?)
}
