//! Work that the cores share, whatever candle is told about threads.

use candle_core::{Result, Tensor};
use rayon::prelude::*;

/// What `work` makes of `count` things, `share` at a time: it gets the first of a share and how many they are, and its results are joined
/// along `dim`.
pub(crate) fn in_shares(
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
