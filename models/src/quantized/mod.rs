//! Products with quantized matrices on the CPU, from their blocks as they lie in memory.
//!
//! candle repacks such a matrix at its first product and keeps both copies. A language model of billions of weights does not have that
//! memory, and one row of input does not need it: memory is slower than widening each block on the way. Formats are those of GGML.

mod blocks;
#[cfg(target_arch = "x86_64")]
mod integers;
mod wide;

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{CpuStorage, CustomOp1, D, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use crate::shares::in_shares;
use blocks::{Block, PART, PARTS, Q4K, Q6K, Q8_0};

/// Up to so many rows of input are multiplied with each block while it is in the cache.
const FEW: usize = 8;
/// Values of the matrix that are widened at a time for more rows of input, so that they stay in the cache.
const WIDENED: usize = 1 << 20;

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
        if rows < outputs || columns < inputs || !columns.is_multiple_of(PARTS * PART) {
            bail!("a quantized matrix of {rows} x {columns} is none of {outputs} x {inputs}");
        }
        Ok(Self {
            bytes: weight.data()?,
            stride: columns / (PARTS * PART) * B::BYTES,
            outputs,
            inputs,
            block: std::marker::PhantomData,
        })
    }

    /// x [R, inputs] times the transposed matrix: [R, outputs].
    fn times(&self, x: &Tensor) -> Result<Tensor> {
        if x.dim(0)? <= FEW || integers_are_fast() {
            return x.apply_op1_no_bwd(self);
        }
        // Every core has something to do.
        let most = self.outputs.div_ceil(rayon::current_num_threads());
        let share = (WIDENED / self.inputs).clamp(1, most);
        in_shares(self.outputs, share, 1, |first, rows| {
            let bytes = &self.bytes[first * self.stride..][..rows * self.stride];
            let values = wide::widened::<B>(bytes, self.stride, self.inputs);
            x.matmul(&Tensor::from_vec(values, (rows, self.inputs), x.device())?.t()?)
        })
    }
}

impl<B: Block> CustomOp1 for Matrix<'_, B> {
    fn name(&self) -> &'static str {
        "times-quantized"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("times-quantized: strided input")
        };
        let x = &x.as_slice::<f32>()?[start..end];
        let weight = &self.bytes[..self.outputs * self.stride];
        let output = product::<B>(x, self.inputs, weight, self.stride);
        Ok((CpuStorage::F32(output), (x.len() / self.inputs, self.outputs).into()))
    }
}

#[cfg(target_arch = "x86_64")]
use integers::are_fast as integers_are_fast;

#[cfg(not(target_arch = "x86_64"))]
const fn integers_are_fast() -> bool {
    false
}

/// x, rows of `inputs` values, times rows of blocks, `stride` bytes each: the products [rows, outputs].
fn product<B: Block>(x: &[f32], inputs: usize, weight: &[u8], stride: usize) -> Vec<f32> {
    #[cfg(target_arch = "x86_64")]
    if integers_are_fast() {
        return integers::product::<B>(x, inputs, weight, stride);
    }
    wide::product::<B>(x, inputs, weight, stride)
}

/// The products [rows, outputs] of shares of the outputs, each [rows, some outputs].
fn joined(shares: &[Vec<f32>], rows: usize) -> Vec<f32> {
    let columns = shares.iter().map(Vec::len).sum::<usize>() / rows;
    let mut output = vec![0f32; rows * columns];
    output
        .par_chunks_mut(columns)
        .enumerate()
        .for_each(|(row, mut output)| {
            for share in shares {
                let columns = share.len() / rows;
                let part = output.split_off_mut(..columns).unwrap_or_default();
                part.copy_from_slice(&share[row * columns..][..columns]);
            }
        });
    output
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    /// The largest difference of two rows of products over the largest product.
    fn far(ours: &[f32], theirs: &[f32]) -> f32 {
        let largest = theirs.iter().fold(0f32, |largest, value| largest.max(value.abs()));
        let far = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs());
        far.fold(0f32, f32::max) / largest
    }

    /// Products in f32, in whole numbers if the processor can, and those of the matrix that candle makes of the blocks.
    fn check<B: Block>(dtype: GgmlDType) {
        let dense = Tensor::randn(0.3f32, 1.0, (83, 512), &Device::Cpu).unwrap();
        let weight = QTensor::quantize(&dense, dtype).unwrap();
        let dense = weight.dequantize(&Device::Cpu).unwrap();
        for (rows, outputs, inputs) in [(1, 83, 512), (3, 83, 300), (8, 64, 512), (19, 83, 300), (70, 40, 512)] {
            let x = Tensor::randn(0f32, 1.0, (rows, inputs), &Device::Cpu).unwrap();
            let narrowed = dense.narrow(0, 0, outputs).unwrap().narrow(1, 0, inputs).unwrap();
            let theirs = values(&x.matmul(&narrowed.t().unwrap()).unwrap());
            let ours = values(&times(&x.unsqueeze(0).unwrap(), &weight, outputs).unwrap());
            assert!(
                far(&ours, &theirs) < 0.01,
                "{dtype:?}, {rows} rows: {}",
                far(&ours, &theirs)
            );
            let matrix = Matrix::<B>::of(&weight, outputs, inputs).unwrap();
            let (x, bytes) = (values(&x), &matrix.bytes[..outputs * matrix.stride]);
            if rows <= FEW {
                let ours = wide::product::<B>(&x, inputs, bytes, matrix.stride);
                assert!(far(&ours, &theirs) < 1e-5, "{dtype:?}, {rows} rows in f32");
            }
            let wide = wide::widened::<B>(bytes, matrix.stride, inputs);
            assert!(far(&wide, &values(&narrowed)) < 1e-6, "{dtype:?} widened");
        }
    }

    fn values(x: &Tensor) -> Vec<f32> {
        x.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn products_equal_those_of_the_widened_matrix() {
        check::<Q8_0>(GgmlDType::Q8_0);
        check::<Q6K>(GgmlDType::Q6K);
        check::<Q4K>(GgmlDType::Q4K);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn whole_numbers_are_multiplied_without_an_error() {
        if !integers::are_fast() {
            return;
        }
        // Each part has the largest number of its kind, so the scale of the activations is 1 and nothing is rounded.
        let x: Vec<f32> = (0..25 * 512)
            .map(|place| {
                if place % 32 == 0 {
                    127.0
                } else {
                    ((place * 37) % 255) as f32 - 127.0
                }
            })
            .collect();
        let dense = Tensor::randn(0f32, 1.0, (40, 512), &Device::Cpu).unwrap();
        for dtype in [GgmlDType::Q8_0, GgmlDType::Q6K, GgmlDType::Q4K] {
            let weight = QTensor::quantize(&dense, dtype).unwrap();
            for rows in [1, 5, 18, 25] {
                let x = Tensor::from_slice(&x[..rows * 512], (rows, 512), &Device::Cpu).unwrap();
                let wide = weight.dequantize(&Device::Cpu).unwrap();
                let theirs = values(&x.matmul(&wide.t().unwrap()).unwrap());
                let ours = values(&times(&x, &weight, 40).unwrap());
                assert!(
                    far(&ours, &theirs) < 1e-5,
                    "{dtype:?}, {rows} rows: {}",
                    far(&ours, &theirs)
                );
            }
        }
    }
}
