//! The values of tensors as slices.

use candle_core::{CpuStorage, Result, Storage, Tensor, bail};

/// A bias [outputs], or as many zeros.
pub fn bias_or_zeros(bias: Option<&Tensor>, outputs: usize) -> Result<Vec<f32>> {
    let Some(bias) = bias else {
        return Ok(vec![0.0; outputs]);
    };
    if bias.dims() != [outputs] {
        bail!("a bias of {:?} for {outputs} outputs", bias.shape());
    }
    bias.to_vec1()
}

/// Calls `read` with the values of a contiguous f32 tensor on the CPU.
pub fn with_values<T>(tensor: &Tensor, read: impl FnOnce(&[f32]) -> Result<T>) -> Result<T> {
    let (storage, layout) = tensor.storage_and_layout();
    match (&*storage, layout.contiguous_offsets()) {
        (Storage::Cpu(CpuStorage::F32(values)), Some((start, end))) => read(&values[start..end]),
        _ => bail!("this wants contiguous f32 on the CPU"),
    }
}
