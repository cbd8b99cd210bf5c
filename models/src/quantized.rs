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

/// Up to so many rows of input are multiplied with each block while it is in the cache.
const FEW: usize = 8;
/// Outputs that a core takes at a time.
const SHARE: usize = 32;
/// Values of the matrix that are widened at a time for more rows of input, so that they stay in the cache.
const WIDENED: usize = 1 << 20;
/// Values of the largest block.
const LARGEST: usize = 256;

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

/// Some neighbouring values, quantized together.
trait Block: Send + Sync {
    const VALUES: usize;
    const BYTES: usize;

    /// Widens a block of `BYTES` to `VALUES` values.
    fn widen(block: &[u8], values: &mut [f32]);
}

/// A scale (float16), and 32 signed bytes.
struct Q8_0;
/// Low halves of 256 values, high quarters, 16 scales, a scale of these. Values are counted from -32.
struct Q6K;
/// A scale and a minimum, scales and minima (6 bits each) for 8 parts of 32 values, the values in halves of bytes.
struct Q4K;

impl Block for Q8_0 {
    const VALUES: usize = 32;
    const BYTES: usize = 34;

    #[inline(always)]
    fn widen(block: &[u8], values: &mut [f32]) {
        let scale = half(&block[..2]);
        for (value, byte) in values[..32].iter_mut().zip(&block[2..34]) {
            *value = f32::from(byte.cast_signed()) * scale;
        }
    }
}

impl Block for Q6K {
    const VALUES: usize = 256;
    const BYTES: usize = 210;

    #[inline(always)]
    fn widen(block: &[u8], values: &mut [f32]) {
        let (low, high, scales) = (&block[..128], &block[128..192], &block[192..208]);
        let whole = half(&block[208..210]);
        // 16 values have a scale of their own; those 32 apart share a byte of `high`, those 64 apart one of `low`.
        for (part, values) in values[..256].chunks_exact_mut(16).enumerate() {
            let (half, quarter, sixteenth) = (part / 8, part % 8 / 2, part % 2);
            let scale = whole * f32::from(scales[part].cast_signed());
            let low = &low[half * 64 + quarter % 2 * 32 + sixteenth * 16..][..16];
            let high = &high[half * 32 + sixteenth * 16..][..16];
            for ((value, low), high) in values.iter_mut().zip(low).zip(high) {
                let bits = low >> (quarter / 2 * 4) & 15 | (high >> (quarter * 2) & 3) << 4;
                *value = (f32::from(bits) - 32.0) * scale;
            }
        }
    }
}

impl Block for Q4K {
    const VALUES: usize = 256;
    const BYTES: usize = 144;

    #[inline(always)]
    fn widen(block: &[u8], values: &mut [f32]) {
        let (whole, least) = (half(&block[..2]), half(&block[2..4]));
        let (scales, nibbles) = (&block[4..16], &block[16..144]);
        for (part, values) in values[..256].chunks_exact_mut(32).enumerate() {
            let (scale, minimum) = if part < 4 {
                (scales[part] & 63, scales[part + 4] & 63)
            } else {
                let (low, high) = (scales[part + 4], [scales[part - 4], scales[part]]);
                (low & 15 | high[0] >> 6 << 4, low >> 4 | high[1] >> 6 << 4)
            };
            let (scale, minimum) = (whole * f32::from(scale), least * f32::from(minimum));
            let shift = part % 2 * 4;
            for (value, byte) in values.iter_mut().zip(&nibbles[part / 2 * 32..][..32]) {
                *value = f32::from(byte >> shift & 15) * scale - minimum;
            }
        }
    }
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
        if rows < outputs || columns < inputs || !columns.is_multiple_of(B::VALUES) {
            bail!("a quantized matrix of {rows} x {columns} is none of {outputs} x {inputs}");
        }
        Ok(Self {
            bytes: weight.data()?,
            stride: columns / B::VALUES * B::BYTES,
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
        let share = (WIDENED / self.inputs).max(1);
        let parts = (0..self.outputs).step_by(share).map(|first| {
            let rows = share.min(self.outputs - first);
            x.matmul(&self.widened(first, rows)?.t()?)
        });
        Tensor::cat(&parts.collect::<Result<Vec<_>>>()?, 1)
    }

    /// Some rows [rows, inputs] as f32.
    fn widened(&self, first: usize, rows: usize) -> Result<Tensor> {
        let mut values = vec![0f32; rows * self.inputs];
        values
            .par_chunks_mut(self.inputs)
            .zip(self.bytes[first * self.stride..].par_chunks_exact(self.stride))
            .for_each(|(values, row)| {
                Arch::new().dispatch(Widen::<B> {
                    row,
                    values,
                    block: self.block,
                });
            });
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
        let (rows, width) = ((end - start) / self.inputs, self.stride / B::BYTES * B::VALUES);
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
        for (block, values) in self.row.chunks_exact(B::BYTES).zip(self.values.chunks_mut(B::VALUES)) {
            if values.len() == B::VALUES {
                B::widen(block, values);
            } else {
                let mut whole = [0f32; LARGEST];
                B::widen(block, &mut whole);
                values.copy_from_slice(&whole[..values.len()]);
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
        match self.x.len() / self.width {
            1 => self.rows::<S, 1>(simd),
            2 => self.rows::<S, 2>(simd),
            3 => self.rows::<S, 3>(simd),
            4 => self.rows::<S, 4>(simd),
            5 => self.rows::<S, 5>(simd),
            6 => self.rows::<S, 6>(simd),
            7 => self.rows::<S, 7>(simd),
            _ => self.rows::<S, FEW>(simd),
        }
    }
}

impl<B: Block> Product<'_, B> {
    #[inline(always)]
    fn rows<S: Simd, const ROWS: usize>(self, simd: S) {
        let rows: [&[f32]; ROWS] = std::array::from_fn(|row| &self.x[row * self.width..][..self.width]);
        let mut values = [0f32; LARGEST];
        for (row, output) in self
            .weight
            .chunks_exact(self.stride)
            .zip(self.output.chunks_exact_mut(ROWS))
        {
            let mut sums = [simd.splat_f32s(0.0); ROWS];
            for (place, block) in row.chunks_exact(B::BYTES).enumerate() {
                B::widen(block, &mut values);
                let weights = S::as_simd_f32s(&values[..B::VALUES]).0;
                for (sum, x) in sums.iter_mut().zip(&rows) {
                    let x = S::as_simd_f32s(&x[place * B::VALUES..][..B::VALUES]).0;
                    for (&weight, &x) in weights.iter().zip(x) {
                        *sum = simd.mul_add_f32s(weight, x, *sum);
                    }
                }
            }
            for (output, sum) in output.iter_mut().zip(sums) {
                *output = simd.reduce_sum_f32s(sum);
            }
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
