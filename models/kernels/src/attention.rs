//! Multi-head attention, shared by the Q-Former, the vision transformer, the language models and the ears.

// Heads are written side by side, by several cores, which no safe slice can express.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use candle_core::{CpuStorage, CustomOp3, D, DType, Device, Layout, Result, Shape, Storage, Tensor, bail};
use rayon::prelude::*;

use crate::activations::{scaled_softmax, softmax};
use crate::linear::dots;
use crate::matmul::{Factor, LARGE, Target, View, matmul_into, matmul_serial};
use crate::parallel::written;

/// Queries of one head computed per block: the scores of more would not stay in the processor's cache.
const BLOCK: usize = 96;
/// Keys of this many values are read by several cores, however few the queries.
const MUCH: usize = 1 << 18;
/// Most queries for which the keys are not laid out anew but read where they lie.
const FEW: usize = 4;

/// [R, T, D] -> [R, heads, T, D / heads], a view.
pub fn split_heads(x: &Tensor, heads: usize) -> Result<Tensor> {
    let (rows, tokens, width) = x.dims3()?;
    x.reshape((rows, tokens, heads, width / heads))?.transpose(1, 2)
}

/// Scaled dot-product attention: queries [R, heads, T, W], keys and values [R, heads, S, W], mask broadcast to [R, heads, T, S] and
/// added. Returns [R, T, heads * W].
pub fn attend(query: &Tensor, keys: &Tensor, values: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
    let scale = 1.0 / (query.dim(D::Minus1)? as f64).sqrt();
    attend_scaled(query, keys, values, scale, mask)
}

/// [`attend`] with another factor for the scores.
pub fn attend_scaled(
    query: &Tensor,
    keys: &Tensor,
    values: &Tensor,
    scale: f64,
    mask: Option<&Tensor>,
) -> Result<Tensor> {
    let (rows, heads, tokens, _) = query.dims4()?;
    if query.device().is_cpu() && query.dtype() == DType::F32 {
        let mask = mask
            .map(|mask| mask.contiguous()?.broadcast_as((rows, heads, tokens, keys.dim(2)?)))
            .transpose()?;
        let attend = Attend {
            scale: scale as f32,
            mask,
        };
        return query.apply_op3_no_bwd(keys, values, &attend);
    }
    by_candle(query, keys, values, scale, mask)
}

/// Attention with candle's operations: on other devices, and in other types.
fn by_candle(query: &Tensor, keys: &Tensor, values: &Tensor, scale: f64, mask: Option<&Tensor>) -> Result<Tensor> {
    // There are fewer queries than scores to multiply.
    let query = (query.contiguous()? * scale)?;
    let mut scores = query.matmul(&keys.contiguous()?.transpose(2, 3)?)?;
    if let Some(mask) = mask {
        scores = scores.broadcast_add(mask)?;
    }
    let found = softmax(&scores)?.matmul(&values.contiguous()?)?;
    found.transpose(1, 2)?.flatten_from(2)
}

/// [T, past + T]: 0 where a token attends, minus infinity at later tokens, where it must not.
pub fn causal_mask(tokens: usize, past: usize, device: &Device) -> Result<Tensor> {
    let row = |i: usize| (0..past + tokens).map(move |j| if j <= past + i { 0.0 } else { f32::NEG_INFINITY });
    Tensor::from_vec((0..tokens).flat_map(row).collect(), (tokens, past + tokens), device)
}

/// Attention on the CPU: heads are read where they lie and written side by side, on several cores where there is much to do.
struct Attend {
    scale: f32,
    /// [R, heads, T, S].
    mask: Option<Tensor>,
}

/// [R, heads, tokens, W] in memory.
struct Heads<'a> {
    values: &'a [f32],
    sizes: [usize; 4],
    steps: [usize; 4],
}

impl<'a> Heads<'a> {
    fn of(storage: &'a CpuStorage, layout: &Layout) -> Result<Self> {
        let (&[rows, heads, tokens, width], &[of_rows, of_heads, of_tokens, of_values]) =
            (layout.dims(), layout.stride())
        else {
            bail!("attention: {:?} are not heads", layout.shape())
        };
        if of_values != 1 && width > 1 {
            bail!("attention: the values of a head must lie together");
        }
        Ok(Self {
            values: &storage.as_slice::<f32>()?[layout.start_offset()..],
            sizes: [rows, heads, tokens, width],
            steps: [of_rows, of_heads, of_tokens, of_values],
        })
    }

    /// The tokens of a head, counted through all rows: [tokens, W].
    fn head(&self, head: usize) -> Result<View<'a>> {
        let [_, heads, tokens, width] = self.sizes;
        let start = head / heads * self.steps[0] + head % heads * self.steps[1];
        View::new(&self.values[start..], [tokens, width], [self.steps[2], self.steps[3]])
    }
}

impl CustomOp3 for Attend {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(
        &self,
        query: &CpuStorage,
        query_layout: &Layout,
        keys: &CpuStorage,
        keys_layout: &Layout,
        values: &CpuStorage,
        values_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let query = Heads::of(query, query_layout)?;
        let (keys, values) = (Heads::of(keys, keys_layout)?, Heads::of(values, values_layout)?);
        let [rows, heads, tokens, width] = query.sizes;
        let source = keys.sizes[2];
        if keys.sizes != [rows, heads, source, width] || values.sizes != keys.sizes || source == 0 {
            bail!(
                "attention: queries {:?}, keys {:?}, values {:?}",
                query.sizes,
                keys.sizes,
                values.sizes
            );
        }
        let mask = self.mask.as_ref().map(Tensor::storage_and_layout);
        let mask = match mask.as_ref().map(|(storage, layout)| (&**storage, *layout)) {
            Some((Storage::Cpu(storage), layout)) => Some(Heads::of(storage, layout)?),
            Some(_) => bail!("attention: the mask is on another device"),
            None => None,
        };
        let mut work = Vec::with_capacity(rows * heads);
        for head in 0..rows * heads {
            work.push(Head {
                query: query.head(head)?,
                keys: keys.head(head)?,
                values: values.head(head)?,
                scale: self.scale,
                mask: mask.as_ref().map(|mask| mask.head(head)).transpose()?,
            });
        }
        let write = |output: &mut [MaybeUninit<f32>]| {
            let whole = Target::new(output, heads * width);
            // SAFETY: each head has its own columns of the output.
            let write = |(index, head): (usize, &Head)| unsafe {
                head.write(whole.at(index / heads * tokens, index % heads * width));
            };
            let read = rows * heads * source * width;
            if read < MUCH && read * tokens < LARGE {
                work.iter().enumerate().for_each(write);
            } else {
                work.par_iter().enumerate().for_each(write);
            }
        };
        // SAFETY: the heads fill the output.
        let output = unsafe { written(rows * tokens * heads * width, write) };
        Ok((CpuStorage::F32(output), (rows, tokens, heads * width).into()))
    }
}

/// One head: queries [T, W], keys and values [S, W], the mask [T, S].
struct Head<'a> {
    query: View<'a>,
    keys: View<'a>,
    values: View<'a>,
    scale: f32,
    mask: Option<View<'a>>,
}

impl Head<'_> {
    /// Writes the output [T, W].
    ///
    /// # Safety
    /// T rows of W values must have room in the target, and nobody else may use them meanwhile.
    unsafe fn write(&self, target: Target) {
        let ([tokens, width], [source, _]) = (self.query.sizes(), self.keys.sizes());
        let (keys, values) = if tokens <= FEW {
            (None, Factor::View(self.values))
        } else {
            (
                Some(Factor::prepared(self.keys.transposed())),
                Factor::prepared(self.values),
            )
        };
        for first in (0..tokens).step_by(BLOCK) {
            let count = BLOCK.min(tokens - first);
            let query = self.query.part([first, 0], [count, width]);
            let mut scores = match &keys {
                Some(keys) => matmul_serial(query, keys),
                None => dots(query, self.keys),
            };
            let mut scale = self.scale;
            if let Some(mask) = self.mask {
                for (row, scores) in scores.chunks_exact_mut(source).enumerate() {
                    for (score, mask) in scores.iter_mut().zip(mask.row(first + row)) {
                        *score = *score * scale + mask;
                    }
                }
                scale = 1.0;
            }
            scaled_softmax(&mut scores, source, scale);
            let scores = View::rows(&scores, source);
            // SAFETY: the caller vouches for the target.
            unsafe { matmul_into(scores, &values, &[], target.at(first, 0)) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::normal;

    #[test]
    fn equals_candles_products_however_the_heads_lie() {
        let random = |shape: [usize; 3]| normal(shape[2] as u64, 0.0, 1.0, &shape);
        for (rows, heads, tokens, source, width) in [
            (1, 1, 1, 1, 1),
            (3, 8, 1, 577, 64),
            (1, 12, 4, 33, 64),
            (2, 3, 5, 40, 20),
            (1, 2, 2, 9, 20),
            (1, 12, 300, 577, 64),
        ] {
            // Queries, keys and values side by side, as one product makes them.
            let (query, both) = (
                random([rows, tokens, heads * width]),
                random([rows, source, 2 * heads * width]),
            );
            let part = |first: usize| {
                split_heads(&both.narrow(2, first * heads * width, heads * width).unwrap(), heads).unwrap()
            };
            let (query, keys, values) = (split_heads(&query, heads).unwrap(), part(0), part(1));
            let later = causal_mask(tokens, source.saturating_sub(tokens), &Device::Cpu).unwrap();
            let masks = [None, Some(later).filter(|_| tokens <= source)];
            for mask in masks.iter().map(Option::as_ref) {
                let ours = attend_scaled(&query, &keys, &values, 0.3, mask).unwrap();
                let theirs = by_candle(&query, &keys, &values, 0.3, mask).unwrap();
                assert_eq!(ours.dims(), [rows, tokens, heads * width]);
                let far = (ours - theirs).unwrap().abs().unwrap().max_all().unwrap();
                let far: f32 = far.to_scalar().unwrap();
                assert!(far < 2e-5, "{rows} {heads} {tokens} {source} {width}: {far}");
            }
        }
    }

    #[test]
    fn heads_that_do_not_fit_are_refused() {
        let heads = |tokens, width| Tensor::zeros((1, 2, tokens, width), DType::F32, &Device::Cpu).unwrap();
        assert!(attend(&heads(3, 8), &heads(5, 8), &heads(4, 8), None).is_err());
        assert!(attend(&heads(3, 8), &heads(5, 4), &heads(5, 4), None).is_err());
        assert!(attend(&heads(3, 8), &heads(0, 8), &heads(0, 8), None).is_err());
    }
}
