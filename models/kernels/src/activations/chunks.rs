//! Functions of rows and values, applied chunk by chunk on all cores.

// Memory is written before it has values.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use candle_core::{CpuStorage, D, DType, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use crate::parallel::written;

/// Values that one core takes at a time: few enough for its cache.
pub(super) const CHUNK: usize = 1 << 15;

/// Whether these kernels compute it: f32 on the CPU, with values in its last dimension.
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
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("strided input")
    };
    let source = &storage.as_slice::<f32>()?[start..end];
    if source.len() <= chunk {
        let mut values = source.to_vec();
        change(&mut values);
        return Ok((CpuStorage::F32(values), layout.shape().clone()));
    }
    let copy = |target: &mut [MaybeUninit<f32>]| {
        target
            .par_chunks_mut(chunk)
            .zip(source.par_chunks(chunk))
            .for_each(|(target, source)| change(target.write_copy_of_slice(source)));
    };
    // SAFETY: each gets a copy.
    let values = unsafe { written(source.len(), copy) };
    Ok((CpuStorage::F32(values), layout.shape().clone()))
}
