//! Work spread over the cores, however many threads candle may use.

// Memory is written before it has values.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use candle_core::{Result, Tensor};
use rayon::prelude::*;

/// Splits `0..count` into chunks of `chunk`, runs `work(first, length)` on them in parallel and concatenates the results along `dim`.
pub fn in_chunks(
    count: usize,
    chunk: usize,
    dim: usize,
    work: impl Fn(usize, usize) -> Result<Tensor> + Sync,
) -> Result<Tensor> {
    let parts: Vec<Tensor> = (0..count.div_ceil(chunk))
        .into_par_iter()
        .map(|index| {
            let first = index * chunk;
            work(first, chunk.min(count - first))
        })
        .collect::<Result<_>>()?;
    Tensor::cat(&parts, dim)
}

/// Runs `work` on a thread of rayon's pool. Parallel iterators in it start there at once; outside of the pool each would first be handed over to
/// it, and waited for.
pub fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::scope(|_| work())
}

/// A vector of `count` values that `write` fills in, without having been filled with zeros first.
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
