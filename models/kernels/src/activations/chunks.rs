//! Functions of rows and values, applied chunk by chunk on all cores.

// Memory is written before it has values.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use candle_core::{CpuStorage, D, DType, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use crate::parallel::written;

/// Values that one core takes at a time: few enough for its cache.
pub(super) const CHUNK: usize = 1 << 15;

/// True if these kernels compute the tensor: f32 on the CPU, with values in its last dimension.
pub(super) fn is_ours(x: &Tensor) -> bool {
    x.device().is_cpu() && x.dtype() == DType::F32 && x.dim(D::Minus1).is_ok_and(|width| width > 0)
}

/// Copies a contiguous tensor and applies `change` to the copy, `chunk` values at a time: each core copies and changes a chunk while it is in its
/// cache.
pub(super) fn map_chunks(
    storage: &CpuStorage,
    layout: &Layout,
    chunk: usize,
    change: impl Fn(&mut [f32]) + Send + Sync,
) -> Result<(CpuStorage, Shape)> {
    // SAFETY: each chunk gets a copy.
    unsafe {
        fill_chunks(storage, layout, chunk, |source, target| {
            change(target.write_copy_of_slice(source));
        })
    }
}

/// Makes a tensor from a contiguous one of the same shape: `fill` writes a chunk of it, given the same chunk of the other, on all cores.
///
/// # Safety
/// `fill` must write each value.
pub(super) unsafe fn fill_chunks(
    storage: &CpuStorage,
    layout: &Layout,
    chunk: usize,
    fill: impl Fn(&[f32], &mut [MaybeUninit<f32>]) + Send + Sync,
) -> Result<(CpuStorage, Shape)> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("strided input")
    };
    let source = &storage.as_slice::<f32>()?[start..end];
    let write = |target: &mut [MaybeUninit<f32>]| {
        if source.len() <= chunk {
            return fill(source, target);
        }
        let chunks = target.par_chunks_mut(chunk).zip(source.par_chunks(chunk));
        chunks.for_each(|(target, source)| fill(source, target));
    };
    // SAFETY: the chunks make up the whole, and the caller vouches for each.
    let values = unsafe { written(source.len(), write) };
    Ok((CpuStorage::F32(values), layout.shape().clone()))
}
