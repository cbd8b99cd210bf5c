//! The values of tensors as slices.

use candle_core::{CpuStorage, Result, Storage, Tensor, bail};

/// A bias [N], or as many zeros.
pub fn bias_or_zeros(bias: Option<&Tensor>, outputs: usize) -> Result<Vec<f32>> {
    bias.map_or_else(|| Ok(vec![0.0; outputs]), Tensor::to_vec1)
}

/// The values of a tensor as they lie in memory.
pub fn with_values<T>(tensor: &Tensor, read: impl FnOnce(&[f32]) -> Result<T>) -> Result<T> {
    let (storage, layout) = tensor.storage_and_layout();
    match (&*storage, layout.contiguous_offsets()) {
        (Storage::Cpu(CpuStorage::F32(values)), Some((start, end))) => read(&values[start..end]),
        _ => bail!("this wants contiguous f32 on the CPU"),
    }
}
