//! Products with quantized matrices on the CPU, from their blocks as they lie in memory.
//!
//! candle repacks such a matrix at its first product and keeps both copies. A language model of billions of weights does not have that
//! memory, and one row of input does not need it: memory is slower than widening each block on the way. Formats are those of GGML.

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{CpuStorage, CustomOp1, D, Layout, Result, Shape, Tensor, bail};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::shares::in_shares;

/// Up to so many rows of input are multiplied with each block while it is in the cache.
const FEW: usize = 8;
/// Outputs that a core takes at a time.
const SHARE: usize = 32;
/// Values of the matrix that are widened at a time for more rows of input, so that they stay in the cache.
const WIDENED: usize = 1 << 20;
/// Values that are widened at a time for few rows, so that they stay in registers.
const PART: usize = 32;

/// x [.., inputs] times W^T, W of at least [`outputs`, inputs] in one of the formats below: [.., outputs], f32.
pub(crate) fn times(x: &Tensor, weight: &QTensor, outputs: usize) -> Result<Tensor> {
    let inputs = x.dim(D::Minus1)?;
    let rows = x.elem_count() / inputs;
    let mut shape = x.dims().to_vec();
    shape.pop();
    shape.push(outputs);
    let x = x.reshape((rows, inputs))?.contiguous()?;
    let product = match weight.dtype() {
        GgmlDType::Q8_0 => Matrix::<Q8_0>::of(weight, outputs, inputs)?.times(&x)?,
        GgmlDType::Q6K => Matrix::<Q6K>::of(weight, outputs, inputs)?.times(&x)?,
        GgmlDType::Q4K => Matrix::<Q4K>::of(weight, outputs, inputs)?.times(&x)?,
        other => bail!("matrices are quantized to Q8_0, Q6_K or Q4_K, not {other:?}"),
    };
    product.reshape(shape)
}

/// Some neighbouring values, quantized together: each is a whole number, times a scale, plus an offset.
trait Block: Send + Sync {
    const BYTES: usize;
    /// Parts of [`PART`] values, an even number.
    const PARTS: usize;

    /// The scales of the first and of the second half of each part, and the parts' offsets.
    fn scales(block: &[u8]) -> Scales;

    /// The whole numbers of a part. Whoever inlines this with a constant `part` gets vector instructions.
    fn numbers(block: &[u8], part: usize) -> [f32; PART];
}

/// What the whole numbers of a block are to be multiplied by, and what is added. As many are used as the block has parts.
struct Scales {
    scales: [[f32; 2]; 8],
    offsets: [[f32; 2]; 8],
}

/// Two blocks, each a scale (float16) and 32 signed bytes.
struct Q8_0;
/// Low halves of 256 values, high quarters, 16 scales, a scale of these. Values are counted from -32.
struct Q6K;
/// A scale and a minimum, scales and minima (6 bits each) for 8 parts of 32 values, the values in halves of bytes.
struct Q4K;

impl Block for Q8_0 {
    const BYTES: usize = 2 * 34;
    const PARTS: usize = 2;

    #[inline(always)]
    fn scales(block: &[u8]) -> Scales {
        let mut scales = [[0.0; 2]; 8];
        scales[0] = [half(&block[..2]); 2];
        scales[1] = [half(&block[34..]); 2];
        Scales {
            scales,
            offsets: [[0.0; 2]; 8],
        }
    }

    #[inline(always)]
    fn numbers(block: &[u8], part: usize) -> [f32; PART] {
        let mut numbers = [0.0; PART];
        for (number, byte) in numbers.iter_mut().zip(array(&block[part * 34 + 2..])) {
            *number = f32::from(byte.cast_signed());
        }
        numbers
    }
}

impl Block for Q6K {
    const BYTES: usize = 210;
    const PARTS: usize = 8;

    #[inline(always)]
    fn scales(block: &[u8]) -> Scales {
        let whole = half(&block[208..]);
        let (mut scales, mut offsets) = ([[0.0; 2]; 8], [[0.0; 2]; 8]);
        for part in 0..8 {
            for half in 0..2 {
                let scale = whole * f32::from(block[192 + 2 * part + half].cast_signed());
                scales[part][half] = scale;
                offsets[part][half] = -32.0 * scale;
            }
        }
        Scales { scales, offsets }
    }

    #[inline(always)]
    fn numbers(block: &[u8], part: usize) -> [f32; PART] {
        // Four parts share the bytes of the high quarters, two those of the low halves.
        let low = array(&block[part / 4 * 64 + part % 2 * 32..]);
        let high = array(&block[128 + part / 4 * 32..]);
        let mut numbers = [0.0; PART];
        for ((number, low), high) in numbers.iter_mut().zip(low).zip(high) {
            *number = f32::from(match part % 4 {
                0 => low & 15 | (high & 3) << 4,
                1 => low & 15 | (high >> 2 & 3) << 4,
                2 => low >> 4 | (high >> 4 & 3) << 4,
                _ => low >> 4 | high >> 6 << 4,
            });
        }
        numbers
    }
}

impl Block for Q4K {
    const BYTES: usize = 144;
    const PARTS: usize = 8;

    #[inline(always)]
    fn scales(block: &[u8]) -> Scales {
        // Those of the first four parts lie side by side, those of the last four are made of what is left.
        let word = |at: usize| u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]]);
        let (first, second, third) = (word(4), word(8), word(12));
        let both = |low: u32, high: u32| (u64::from(low) | u64::from(high) << 32).to_le_bytes();
        let top = 0x0303_0303;
        let scales = both(first & 0x3f3f_3f3f, third & 0x0f0f_0f0f | (first >> 6 & top) << 4);
        let minima = both(
            second & 0x3f3f_3f3f,
            third >> 4 & 0x0f0f_0f0f | (second >> 6 & top) << 4,
        );
        let (whole, least) = (half(&block[..2]), half(&block[2..4]));
        let (mut wide, mut offsets) = ([[0.0; 2]; 8], [[0.0; 2]; 8]);
        for part in 0..8 {
            wide[part] = [whole * f32::from(scales[part]); 2];
            offsets[part] = [-least * f32::from(minima[part]); 2];
        }
        Scales { scales: wide, offsets }
    }

    #[inline(always)]
    fn numbers(block: &[u8], part: usize) -> [f32; PART] {
        let mut numbers = [0.0; PART];
        for (number, byte) in numbers.iter_mut().zip(array(&block[16 + part / 2 * 32..])) {
            *number = f32::from(if part.is_multiple_of(2) { byte & 15 } else { byte >> 4 });
        }
        numbers
    }
}

/// The first bytes.
#[inline(always)]
fn array(bytes: &[u8]) -> [u8; PART] {
    let mut array = [0; PART];
    array.copy_from_slice(&bytes[..PART]);
    array
}

/// A finite float16 as f32. `half` asks at each call what the processor can do.
#[inline(always)]
fn half(bytes: &[u8]) -> f32 {
    let bits = u32::from(u16::from_le_bytes([bytes[0], bytes[1]]));
    // The exponents' biases are 112 apart.
    let size = f32::from_bits((bits & 0x7fff) << 13) * f32::from_bits((127 + 112) << 23);
    f32::from_bits(size.to_bits() | (bits & 0x8000) << 16)
}

/// Rows of blocks.
struct Matrix<'a, B> {
    bytes: std::borrow::Cow<'a, [u8]>,
    /// Bytes of a row.
    stride: usize,
    outputs: usize,
    inputs: usize,
    block: std::marker::PhantomData<B>,
}

impl<'a, B: Block> Matrix<'a, B> {
    fn of(weight: &'a QTensor, outputs: usize, inputs: usize) -> Result<Self> {
        let (rows, columns) = weight.shape().dims2()?;
        if rows < outputs || columns < inputs || !columns.is_multiple_of(B::PARTS * PART) {
            bail!("a quantized matrix of {rows} x {columns} is none of {outputs} x {inputs}");
        }
        Ok(Self {
            bytes: weight.data()?,
            stride: columns / (B::PARTS * PART) * B::BYTES,
            outputs,
            inputs,
            block: std::marker::PhantomData,
        })
    }

    /// x [R, inputs] times the transposed matrix: [R, outputs].
    fn times(&self, x: &Tensor) -> Result<Tensor> {
        if x.dim(0)? <= FEW {
            return x.apply_op1_no_bwd(self);
        }
        // Every core has something to do.
        let most = self.outputs.div_ceil(rayon::current_num_threads());
        let share = (WIDENED / self.inputs).clamp(1, most);
        in_shares(self.outputs, share, 1, |first, rows| {
            x.matmul(&self.widened(first, rows)?.t()?)
        })
    }

    /// Some rows [rows, inputs] as f32.
    fn widened(&self, first: usize, rows: usize) -> Result<Tensor> {
        let mut values = vec![0f32; rows * self.inputs];
        let bytes = self.bytes[first * self.stride..].chunks_exact(self.stride);
        for (values, row) in values.chunks_exact_mut(self.inputs).zip(bytes) {
            Arch::new().dispatch(Widen::<B> {
                row,
                values,
                block: self.block,
            });
        }
        Tensor::from_vec(values, (rows, self.inputs), &candle_core::Device::Cpu)
    }
}

impl<B: Block> CustomOp1 for Matrix<'_, B> {
    fn name(&self) -> &'static str {
        "few-rows-quantized"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("few-rows-quantized: strided input")
        };
        let (rows, width) = ((end - start) / self.inputs, self.stride / B::BYTES * B::PARTS * PART);
        // Whole blocks of input, zeros behind its end.
        let mut x_rows = vec![0f32; rows * width];
        for (whole, row) in x_rows
            .chunks_exact_mut(width)
            .zip(x.as_slice::<f32>()?[start..end].chunks_exact(self.inputs))
        {
            whole[..self.inputs].copy_from_slice(row);
        }
        let shares: Vec<Vec<f32>> = self.bytes[..self.outputs * self.stride]
            .par_chunks(SHARE * self.stride)
            .map(|weight| {
                let mut output = vec![0f32; weight.len() / self.stride * rows];
                Arch::new().dispatch(Product::<B> {
                    x: &x_rows,
                    width,
                    weight,
                    stride: self.stride,
                    output: &mut output,
                    block: self.block,
                });
                output
            })
            .collect();
        let mut output = Vec::with_capacity(rows * self.outputs);
        for row in 0..rows {
            output.extend(shares.iter().flat_map(|share| share.iter().skip(row).step_by(rows)));
        }
        Ok((CpuStorage::F32(output), (rows, self.outputs).into()))
    }
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
            .zip(self.values.chunks_mut(B::PARTS * PART))
        {
            let Scales { scales, offsets } = B::scales(block);
            for (part, values) in values.chunks_mut(PART).enumerate() {
                let numbers = B::numbers(block, part);
                for (half, (values, numbers)) in values.chunks_mut(PART / 2).zip(numbers.chunks(PART / 2)).enumerate() {
                    for (value, number) in values.iter_mut().zip(numbers) {
                        *value = number * scales[part][half] + offsets[part][half];
                    }
                }
            }
        }
    }
}

/// Rows of x times some rows of the matrix; the output has the rows of x side by side.
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
        for (row, output) in self
            .weight
            .chunks_exact(self.stride)
            .zip(self.output.chunks_exact_mut(ROWS))
        {
            let mut sums = [[simd.splat_f32s(0.0); SUMS]; ROWS];
            for (place, block) in row.chunks_exact(B::BYTES).enumerate() {
                let x = rows.map(|x| &x[place * B::PARTS * PART..][..B::PARTS * PART]);
                let block = (block, &B::scales(block));
                // Each with a constant part.
                add::<S, B, ROWS, SUMS>(simd, block, 0, &x, &mut sums);
                add::<S, B, ROWS, SUMS>(simd, block, 1, &x, &mut sums);
                if B::PARTS == 8 {
                    add::<S, B, ROWS, SUMS>(simd, block, 2, &x, &mut sums);
                    add::<S, B, ROWS, SUMS>(simd, block, 3, &x, &mut sums);
                    add::<S, B, ROWS, SUMS>(simd, block, 4, &x, &mut sums);
                    add::<S, B, ROWS, SUMS>(simd, block, 5, &x, &mut sums);
                    add::<S, B, ROWS, SUMS>(simd, block, 6, &x, &mut sums);
                    add::<S, B, ROWS, SUMS>(simd, block, 7, &x, &mut sums);
                }
            }
            for (output, sums) in output.iter_mut().zip(sums) {
                *output = sums.into_iter().map(|sum| simd.reduce_sum_f32s(sum)).sum();
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
    let mut weights = B::numbers(block, part);
    let vectors = S::as_mut_simd_f32s(&mut weights).0;
    let count = vectors.len();
    for (index, weight) in vectors.iter_mut().enumerate() {
        let half = 2 * index / count;
        let (scale, offset) = (scales.scales[part][half], scales.offsets[part][half]);
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

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn blocks_are_widened_as_candle_does() {
        for dtype in [GgmlDType::Q8_0, GgmlDType::Q6K, GgmlDType::Q4K] {
            let dense = Tensor::randn(0.3f32, 1.0, (40, 512), &Device::Cpu).unwrap();
            let weight = QTensor::quantize(&dense, dtype).unwrap();
            let wide = weight.dequantize(&Device::Cpu).unwrap();
            for (rows, outputs, inputs) in [(1, 40, 512), (5, 33, 300), (8, 40, 512), (9, 33, 300), (70, 40, 512)] {
                let x = Tensor::randn(0f32, 1.0, (1, rows, inputs), &Device::Cpu).unwrap();
                let ours = times(&x, &weight, outputs).unwrap();
                assert_eq!(ours.dims(), [1, rows, outputs]);
                let wide = wide.narrow(0, 0, outputs).unwrap().narrow(1, 0, inputs).unwrap();
                let theirs = x.squeeze(0).unwrap().matmul(&wide.t().unwrap()).unwrap();
                let far = (ours.squeeze(0).unwrap() - theirs).unwrap().abs().unwrap();
                let far: f32 = far.max_all().unwrap().to_scalar().unwrap();
                assert!(far < 1e-3, "{dtype:?}, {rows} rows: {far}");
            }
        }
    }

    #[test]
    fn halves_are_exact() {
        for bits in (0..=u16::MAX).filter(|bits| bits & 0x7c00 != 0x7c00) {
            assert_eq!(half(&bits.to_le_bytes()), half::f16::from_bits(bits).to_f32());
        }
    }
}
