//! Products in f32: the blocks are widened on the way.

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::blocks::{Block, PART, PARTS, Q4K, Q6K, Q8_0, Scales};
use super::columns::concat_columns;
use crate::parallel::in_chunks;

/// Most rows of input that are multiplied with each block while it is in the cache.
const FEW: usize = 8;
/// Values of the matrix that are widened at a time for more rows of input, so that they stay in the cache.
const WIDENED: usize = 1 << 20;
/// Outputs that a core takes at a time.
const CHUNK: usize = 32;

/// x [rows, inputs] times W^T, W of at least [`outputs`, inputs]: [rows, outputs].
pub(super) fn matmul(x: &Tensor, weight: &QTensor, outputs: usize) -> Result<Tensor> {
    match weight.dtype() {
        GgmlDType::Q8_0 => Matrix::<Q8_0>::of(weight, outputs)?.matmul(x),
        GgmlDType::Q6K => Matrix::<Q6K>::of(weight, outputs)?.matmul(x),
        GgmlDType::Q4K => Matrix::<Q4K>::of(weight, outputs)?.matmul(x),
        other => bail!("matrices are quantized to Q8_0, Q6_K or Q4_K, not {other:?}"),
    }
}

/// Rows of blocks.
struct Matrix<'a, B> {
    bytes: std::borrow::Cow<'a, [u8]>,
    /// Bytes of a row.
    stride: usize,
    outputs: usize,
    block: std::marker::PhantomData<B>,
}

impl<'a, B: Block> Matrix<'a, B> {
    fn of(weight: &'a QTensor, outputs: usize) -> Result<Self> {
        let (_, columns) = weight.shape().dims2()?;
        Ok(Self {
            bytes: weight.data()?,
            stride: columns / (PARTS * PART) * B::BYTES,
            outputs,
            block: std::marker::PhantomData,
        })
    }

    /// x [R, inputs] times the transposed matrix: [R, outputs].
    fn matmul(&self, x: &Tensor) -> Result<Tensor> {
        let (rows, inputs) = x.dims2()?;
        if rows <= FEW {
            return x.apply_op1_no_bwd(self);
        }
        // Every core has something to do.
        let most = self.outputs.div_ceil(rayon::current_num_threads());
        let chunk = (WIDENED / inputs).clamp(1, most);
        in_chunks(self.outputs, chunk, 1, |first, rows| {
            let bytes = &self.bytes[first * self.stride..][..rows * self.stride];
            let values = widened::<B>(bytes, self.stride, inputs);
            x.matmul(&Tensor::from_vec(values, (rows, inputs), x.device())?.t()?)
        })
    }
}

impl<B: Block> CustomOp1 for Matrix<'_, B> {
    fn name(&self) -> &'static str {
        "times-blocks"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("times-blocks: strided input")
        };
        let (rows, inputs) = layout.shape().dims2()?;
        let weight = &self.bytes[..self.outputs * self.stride];
        let output = matmul_few::<B>(&x.as_slice::<f32>()?[start..end], inputs, weight, self.stride);
        Ok((CpuStorage::F32(output), (rows, self.outputs).into()))
    }
}

/// x, at most [`FEW`] rows of `inputs` values, times rows of blocks, `stride` bytes each: the products [rows, outputs].
fn matmul_few<B: Block>(x: &[f32], inputs: usize, weight: &[u8], stride: usize) -> Vec<f32> {
    let (rows, width) = (x.len() / inputs, stride / B::BYTES * PARTS * PART);
    // Whole blocks of input, zeros behind its end.
    let mut x_rows = vec![0f32; rows * width];
    for (whole, row) in x_rows.chunks_exact_mut(width).zip(x.chunks_exact(inputs)) {
        whole[..inputs].copy_from_slice(row);
    }
    let parts: Vec<Vec<f32>> = weight
        .par_chunks(CHUNK * stride)
        .map(|weight| {
            let mut output = vec![0f32; weight.len() / stride * rows];
            Arch::new().dispatch(Matmul::<B> {
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
    concat_columns(&parts, rows)
}

/// Rows of blocks as f32, `inputs` values each.
fn widened<B: Block>(weight: &[u8], stride: usize, inputs: usize) -> Vec<f32> {
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
struct Matmul<'a, B> {
    x: &'a [f32],
    width: usize,
    weight: &'a [u8],
    stride: usize,
    output: &'a mut [f32],
    block: std::marker::PhantomData<B>,
}

impl<B: Block> WithSimd for Matmul<'_, B> {
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

impl<B: Block> Matmul<'_, B> {
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
