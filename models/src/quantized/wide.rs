//! Products in f32: the blocks are widened on the way.

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::blocks::{Block, PART, PARTS, Scales};
use super::{FEW, joined};

/// Outputs that a core takes at a time.
const SHARE: usize = 32;

/// x, at most [`FEW`] rows of `inputs` values, times rows of blocks, `stride` bytes each: the products [rows, outputs].
pub(super) fn product<B: Block>(x: &[f32], inputs: usize, weight: &[u8], stride: usize) -> Vec<f32> {
    let (rows, width) = (x.len() / inputs, stride / B::BYTES * PARTS * PART);
    // Whole blocks of input, zeros behind its end.
    let mut x_rows = vec![0f32; rows * width];
    for (whole, row) in x_rows.chunks_exact_mut(width).zip(x.chunks_exact(inputs)) {
        whole[..inputs].copy_from_slice(row);
    }
    let shares: Vec<Vec<f32>> = weight
        .par_chunks(SHARE * stride)
        .map(|weight| {
            let mut output = vec![0f32; weight.len() / stride * rows];
            Arch::new().dispatch(Product::<B> {
                x: &x_rows,
                width,
                weight,
                stride,
                output: &mut output,
                block: std::marker::PhantomData,
            });
            output
        })
        .collect();
    joined(&shares, rows)
}

/// Rows of blocks as f32, `inputs` values each.
pub(super) fn widened<B: Block>(weight: &[u8], stride: usize, inputs: usize) -> Vec<f32> {
    let rows = weight.chunks_exact(stride);
    let mut values = vec![0f32; rows.len() * inputs];
    for (values, row) in values.chunks_exact_mut(inputs).zip(rows) {
        Arch::new().dispatch(Widen::<B> {
            row,
            values,
            block: std::marker::PhantomData,
        });
    }
    values
}

/// A type of its own because `pulp` compiles its `with_simd` once for each vector width of the processor family.
struct Widen<'a, B> {
    row: &'a [u8],
    values: &'a mut [f32],
    block: std::marker::PhantomData<B>,
}

impl<B: Block> WithSimd for Widen<'_, B> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (block, values) in self
            .row
            .chunks_exact(B::BYTES)
            .zip(self.values.chunks_mut(PARTS * PART))
        {
            let Scales { scales, offsets } = B::scales(block);
            for (part, values) in values.chunks_mut(PART).enumerate() {
                let numbers = B::numbers(block, part);
                for (half, (values, numbers)) in values.chunks_mut(PART / 2).zip(numbers.chunks(PART / 2)).enumerate() {
                    for (value, number) in values.iter_mut().zip(numbers) {
                        *value = f32::from(*number) * scales[half][part] + offsets[half][part];
                    }
                }
            }
        }
    }
}

/// Rows of x times some rows of the matrix: [rows, outputs].
struct Product<'a, B> {
    x: &'a [f32],
    width: usize,
    weight: &'a [u8],
    stride: usize,
    output: &'a mut [f32],
    block: std::marker::PhantomData<B>,
}

impl<B: Block> WithSimd for Product<'_, B> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // Few rows need several sums each: a sum waits for its last addition.
        match self.x.len() / self.width {
            1 => self.rows::<S, 1, 4>(simd),
            2 => self.rows::<S, 2, 4>(simd),
            3 => self.rows::<S, 3, 1>(simd),
            4 => self.rows::<S, 4, 1>(simd),
            5 => self.rows::<S, 5, 1>(simd),
            6 => self.rows::<S, 6, 1>(simd),
            7 => self.rows::<S, 7, 1>(simd),
            _ => self.rows::<S, FEW, 1>(simd),
        }
    }
}

impl<B: Block> Product<'_, B> {
    #[inline(always)]
    fn rows<S: Simd, const ROWS: usize, const SUMS: usize>(self, simd: S) {
        let rows: [&[f32]; ROWS] = std::array::from_fn(|row| &self.x[row * self.width..][..self.width]);
        let columns = self.output.len() / ROWS;
        for (column, row) in self.weight.chunks_exact(self.stride).enumerate() {
            let mut sums = [[simd.splat_f32s(0.0); SUMS]; ROWS];
            for (place, block) in row.chunks_exact(B::BYTES).enumerate() {
                let x = rows.map(|x| &x[place * PARTS * PART..][..PARTS * PART]);
                let block = (block, &B::scales(block));
                // Each with a constant part.
                add::<S, B, ROWS, SUMS>(simd, block, 0, &x, &mut sums);
                add::<S, B, ROWS, SUMS>(simd, block, 1, &x, &mut sums);
                add::<S, B, ROWS, SUMS>(simd, block, 2, &x, &mut sums);
                add::<S, B, ROWS, SUMS>(simd, block, 3, &x, &mut sums);
                add::<S, B, ROWS, SUMS>(simd, block, 4, &x, &mut sums);
                add::<S, B, ROWS, SUMS>(simd, block, 5, &x, &mut sums);
                add::<S, B, ROWS, SUMS>(simd, block, 6, &x, &mut sums);
                add::<S, B, ROWS, SUMS>(simd, block, 7, &x, &mut sums);
            }
            for (row, sums) in sums.into_iter().enumerate() {
                self.output[row * columns + column] = sums.into_iter().map(|sum| simd.reduce_sum_f32s(sum)).sum();
            }
        }
    }
}

/// Adds the products of one part of a block to the sums.
#[inline(always)]
fn add<S: Simd, B: Block, const ROWS: usize, const SUMS: usize>(
    simd: S,
    (block, scales): (&[u8], &Scales),
    part: usize,
    x: &[&[f32]; ROWS],
    sums: &mut [[S::f32s; SUMS]; ROWS],
) {
    let mut weights = B::numbers(block, part).map(f32::from);
    let vectors = S::as_mut_simd_f32s(&mut weights).0;
    let count = vectors.len();
    for (index, weight) in vectors.iter_mut().enumerate() {
        let half = 2 * index / count;
        let (scale, offset) = (scales.scales[half][part], scales.offsets[half][part]);
        *weight = simd.mul_add_f32s(*weight, simd.splat_f32s(scale), simd.splat_f32s(offset));
    }
    let weights = S::as_simd_f32s(&weights).0;
    for (sums, x) in sums.iter_mut().zip(x) {
        let x = S::as_simd_f32s(&x[part * PART..][..PART]).0;
        for (index, (&weight, &x)) in weights.iter().zip(x).enumerate() {
            let sum = &mut sums[(part % 2 * 2 + index) % SUMS];
            *sum = simd.mul_add_f32s(weight, x, *sum);
        }
    }
}
