//! Work that the cores share, whatever candle is told about threads.

// Memory is written before it has values.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use candle_core::{Result, Tensor};
use rayon::prelude::*;

/// What `work` makes of `count` things, `share` at a time: it gets the first of a share and how many they are, and its results are joined
/// along `dim`.
pub fn in_shares(
    count: usize,
    share: usize,
    dim: usize,
    work: impl Fn(usize, usize) -> Result<Tensor> + Sync,
) -> Result<Tensor> {
    let parts: Vec<Tensor> = (0..count.div_ceil(share))
        .into_par_iter()
        .map(|part| {
            let first = part * share;
            work(first, share.min(count - first))
        })
        .collect::<Result<_>>()?;
    Tensor::cat(&parts, dim)
}

/// What `work` makes on a thread of the pool, where it shares its parts with the others at once. From outside, each part would first have to be
/// handed over, and waited for.
pub fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::scope(|_| work())
}

/// So many values, which `write` makes. Cores write their own parts, and nobody has to fill the whole with zeros first.
///
/// # Safety
/// `write` must write each of them.
pub unsafe fn written<T>(count: usize, write: impl FnOnce(&mut [MaybeUninit<T>])) -> Vec<T> {
    let mut values = Vec::with_capacity(count);
    write(&mut values.spare_capacity_mut()[..count]);
    // SAFETY: the caller says that they are.
    unsafe { values.set_len(count) };
    values
}
