//! Matrices and linear layers, dense or quantized, whose input may be a few rows: one token for each beam.

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

use std::sync::Arc;

use candle_core::quantized::QTensor;
use candle_core::{CpuStorage, CustomOp1, CustomOp2, D, DType, Layout, Result, Shape, Tensor, bail};
use candle_nn::Module;
use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::quantized;
use crate::shares::in_shares;

/// Values of the widest vector: rows are whole numbers of them.
const LANES: usize = 16;
/// Rows that are multiplied by a weight while it is in its register.
const BLOCK: usize = 4;
/// Up to so many rows of input, weights are read once and not repacked as for large products, which takes several times as long.
const FEW: usize = 12;
/// Weights of more values than this are shared between the cores, so many rows at a time.
const LARGE: usize = 1 << 19;
const SHARE: usize = 64;
/// candle's fast kernels for quantized matrices want whole numbers of these; matrices are filled up with zeros.
const QUANTIZED_OUTPUTS: usize = 16;
const QUANTIZED_INPUTS: usize = 256;

/// W [outputs, inputs]: f32, float16 or bfloat16, or quantized by blocks. Activations are f32 in any case. Clones share the values.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    values: Values,
    outputs: usize,
    inputs: usize,
}

#[derive(Debug, Clone)]
enum Values {
    Dense(Tensor),
    /// Filled up to [`padded`] sizes.
    Quantized(Arc<QTensor>),
}

/// The sizes of a quantized matrix [outputs, inputs] with the zeros that fill it up.
pub(crate) fn padded(outputs: usize, inputs: usize) -> [usize; 2] {
    [
        outputs.next_multiple_of(QUANTIZED_OUTPUTS),
        inputs.next_multiple_of(QUANTIZED_INPUTS),
    ]
}

impl Matrix {
    /// From a tensor [outputs, inputs].
    pub(crate) fn dense(weight: Tensor) -> Result<Self> {
        let (outputs, inputs) = weight.dims2()?;
        Ok(Self {
            values: Values::Dense(weight),
            outputs,
            inputs,
        })
    }

    /// From a quantized tensor of the [`padded`] sizes.
    pub(crate) fn quantized(weight: QTensor, outputs: usize, inputs: usize) -> Result<Self> {
        if weight.shape().dims() != padded(outputs, inputs) {
            bail!(
                "a quantized matrix of {outputs} x {inputs} has the sizes {:?}",
                weight.shape()
            );
        }
        Ok(Self {
            values: Values::Quantized(Arc::new(weight)),
            outputs,
            inputs,
        })
    }

    /// Outputs and inputs.
    pub(crate) fn sizes(&self) -> (usize, usize) {
        (self.outputs, self.inputs)
    }

    /// x [.., inputs] times W^T: [.., outputs], f32.
    pub(crate) fn times(&self, x: &Tensor) -> Result<Tensor> {
        match &self.values {
            Values::Dense(weight) => times_transposed(x, weight),
            Values::Quantized(weight) if x.device().is_cpu() => quantized::times(x, weight, self.outputs),
            Values::Quantized(weight) => {
                let [outputs, inputs] = padded(self.outputs, self.inputs);
                let x = if inputs == self.inputs {
                    x.contiguous()?
                } else {
                    x.pad_with_zeros(D::Minus1, 0, inputs - self.inputs)?.contiguous()?
                };
                let product = x.apply_op1_no_bwd(weight.as_ref())?;
                if outputs == self.outputs {
                    Ok(product)
                } else {
                    product.narrow(D::Minus1, 0, self.outputs)
                }
            }
        }
    }

    /// The rows of the given numbers [T]: [T, inputs], f32. This is how a matrix serves as an embedding.
    pub(crate) fn rows(&self, ids: &Tensor) -> Result<Tensor> {
        match &self.values {
            Values::Dense(weight) => weight.index_select(ids, 0)?.to_dtype(DType::F32),
            Values::Quantized(weight) => weight.embedding(ids)?.narrow(D::Minus1, 0, self.inputs),
        }
    }
}

/// x W^T + b.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    weight: Matrix,
    bias: Option<Tensor>,
}

impl Linear {
    /// From its matrix and, where it has one, its bias [outputs].
    pub(crate) fn new(weight: Matrix, bias: Option<Tensor>) -> Self {
        Self { weight, bias }
    }
}

impl Module for Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let product = self.weight.times(x)?;
        match &self.bias {
            Some(bias) => product.broadcast_add(bias),
            None => Ok(product),
        }
    }
}

/// x [.., K] times W^T, W [N, K]: [.., N], f32. W may be of half precision.
pub(crate) fn times_transposed(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let width = x.dim(D::Minus1)?;
    let on_cpu = x.device().is_cpu();
    if on_cpu && x.dtype() == DType::F32 && width.is_multiple_of(LANES) && x.elem_count() <= FEW * width {
        return x.contiguous()?.apply_op2_no_bwd(weight, &FewRows);
    }
    let mut shape = x.dims().to_vec();
    let rows = x.elem_count() / width;
    shape.pop();
    shape.push(weight.dim(0)?);
    let x = x.reshape((rows, width))?;
    let product = match weight.dtype() {
        DType::F32 if on_cpu => shared(&x, weight)?,
        DType::F32 => x.matmul(&weight.t()?)?,
        // candle's half-precision products are slow on a CPU.
        _ if on_cpu => shared(&x, &widened(weight)?)?,
        half => x.to_dtype(half)?.matmul(&weight.t()?)?.to_dtype(DType::F32)?,
    };
    product.reshape(shape)
}

/// x [R, K] times W^T. Where W is large, each core takes some of its rows.
fn shared(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let cores = rayon::current_num_threads();
    if weight.elem_count() < LARGE || cores == 1 {
        return x.matmul(&weight.t()?);
    }
    let outputs = weight.dim(0)?;
    let share = outputs.div_ceil(cores);
    in_shares(outputs, share, 1, |first, rows| {
        x.matmul(&weight.narrow(0, first, rows)?.t()?)
    })
}

/// Rows scaled to length 1.
pub(crate) fn unit(x: &Tensor) -> Result<Tensor> {
    let length = x.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?.maximum(1e-12)?;
    x.broadcast_div(&length)
}

/// The same values as f32.
pub(crate) fn widened(x: &Tensor) -> Result<Tensor> {
    match x.dtype() {
        DType::F16 | DType::BF16 if x.device().is_cpu() => x.contiguous()?.apply_op1_no_bwd(&Widen),
        _ => x.to_dtype(DType::F32),
    }
}

/// candle converts one value after the other; whole slices at once, on all cores, are ten times as fast.
struct Widen;

impl CustomOp1 for Widen {
    fn name(&self) -> &'static str {
        "widen"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("widen: strided input")
        };
        let source = Slice::of(storage, start, end)?;
        let mut values = vec![0f32; end - start];
        values
            .par_chunks_mut(LARGE)
            .enumerate()
            .for_each(|(part, target)| source.range(part * LARGE, target.len()).widen(target));
        Ok((CpuStorage::F32(values), layout.shape().clone()))
    }
}

/// Weights in memory.
#[derive(Clone, Copy)]
enum Slice<'a> {
    F32(&'a [f32]),
    F16(&'a [f16]),
    BF16(&'a [bf16]),
}

impl<'a> Slice<'a> {
    fn of(storage: &'a CpuStorage, start: usize, end: usize) -> Result<Self> {
        match storage {
            CpuStorage::F32(values) => Ok(Self::F32(&values[start..end])),
            CpuStorage::F16(values) => Ok(Self::F16(&values[start..end])),
            CpuStorage::BF16(values) => Ok(Self::BF16(&values[start..end])),
            _ => bail!("weights are f32, f16 or bf16"),
        }
    }

    fn range(self, start: usize, length: usize) -> Self {
        match self {
            Self::F32(values) => Self::F32(&values[start..start + length]),
            Self::F16(values) => Self::F16(&values[start..start + length]),
            Self::BF16(values) => Self::BF16(&values[start..start + length]),
        }
    }

    fn widen(self, target: &mut [f32]) {
        match self {
            Self::F32(values) => target.copy_from_slice(values),
            Self::F16(values) => values.convert_to_f32_slice(target),
            Self::BF16(values) => values.convert_to_f32_slice(target),
        }
    }
}

struct FewRows;

impl CustomOp2 for FewRows {
    fn name(&self) -> &'static str {
        "few-rows"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (outputs, width) = weight_layout.shape().dims2()?;
        let (Some((input_start, input_end)), Some((start, end))) =
            (input_layout.contiguous_offsets(), weight_layout.contiguous_offsets())
        else {
            bail!("few-rows: strided input")
        };
        let mut shape = input_layout.dims().to_vec();
        if shape.pop() != Some(width) {
            bail!(
                "few-rows: {:?} times the transposed {:?}",
                input_layout.shape(),
                weight_layout.shape()
            );
        }
        shape.push(outputs);
        let input = &input.as_slice::<f32>()?[input_start..input_end];
        let output = match Slice::of(weight, start, end)? {
            Slice::F32(weight) if weight.len() < LARGE => product(input, weight, width),
            weight => shared_product(input, weight, width, outputs),
        };
        Ok((CpuStorage::F32(output), shape.into()))
    }
}

/// input [R, width] times the transposed weight [N, width]: [R, N].
fn product(input: &[f32], weight: &[f32], width: usize) -> Vec<f32> {
    let outputs = weight.len() / width;
    let mut output = vec![0f32; input.len() / width * outputs];
    Arch::new().dispatch(Product {
        input,
        weight,
        width,
        output: &mut output,
        outputs,
    });
    output
}

/// The same on all cores, a share of the weights each at a time; halves are widened share by share, while they are in the cache.
fn shared_product(input: &[f32], weight: Slice, width: usize, outputs: usize) -> Vec<f32> {
    let part = |first: usize| {
        let weight = weight.range(first * width, SHARE.min(outputs - first) * width);
        if let Slice::F32(weight) = weight {
            return product(input, weight, width);
        }
        let mut wide = vec![0f32; SHARE.min(outputs - first) * width];
        weight.widen(&mut wide);
        product(input, &wide, width)
    };
    let parts: Vec<Vec<f32>> = (0..outputs).into_par_iter().step_by(SHARE).map(part).collect();
    let mut output = Vec::with_capacity(input.len() / width * outputs);
    for row in 0..input.len() / width {
        for (number, part) in parts.iter().enumerate() {
            let columns = SHARE.min(outputs - number * SHARE);
            output.extend_from_slice(&part[row * columns..][..columns]);
        }
    }
    output
}
/// A type of its own because `pulp` compiles its `with_simd` once for each vector width of the processor family and takes
/// the widest at run time.
struct Product<'a> {
    /// Rows of `width` values.
    input: &'a [f32],
    /// `outputs` rows of `width` values.
    weight: &'a [f32],
    width: usize,
    output: &'a mut [f32],
    outputs: usize,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.input.chunks(BLOCK * self.width);
        for (input, output) in rows.zip(self.output.chunks_mut(BLOCK * self.outputs)) {
            let block = Product { input, output, ..self };
            match input.len() / self.width {
                1 => block.rows::<S, 1>(simd),
                2 => block.rows::<S, 2>(simd),
                3 => block.rows::<S, 3>(simd),
                _ => block.rows::<S, BLOCK>(simd),
            }
        }
    }
}

impl Product<'_> {
    #[inline(always)]
    fn rows<S: Simd, const ROWS: usize>(self, simd: S) {
        let vectors = |values| S::as_simd_f32s(values).0;
        let rows: [_; ROWS] = std::array::from_fn(|row| vectors(&self.input[row * self.width..][..self.width]));
        for (column, weight) in self.weight.chunks_exact(self.width).enumerate() {
            let mut sums = [simd.splat_f32s(0.0); ROWS];
            for (place, &weight) in vectors(weight).iter().enumerate() {
                for row in 0..ROWS {
                    sums[row] = simd.mul_add_f32s(weight, rows[row][place], sums[row]);
                }
            }
            for (row, sum) in sums.into_iter().enumerate() {
                self.output[row * self.outputs + column] = simd.reduce_sum_f32s(sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;
    use candle_core::quantized::GgmlDType;

    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn random(rows: usize, columns: usize) -> Tensor {
        // The same on every run, or the bounds would hold by chance.
        let mut random = StdRng::seed_from_u64((rows * columns) as u64);
        let values: Vec<f32> = (0..rows * columns).map(|_| random.random_range(-1.0..1.0)).collect();
        Tensor::from_vec(values, (rows, columns), &Device::Cpu).unwrap()
    }

    /// Largest difference over the largest value.
    fn difference(ours: &Tensor, theirs: &Tensor) -> f32 {
        let largest = |x: &Tensor| x.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        largest(&(ours - theirs).unwrap()) / largest(theirs)
    }

    #[test]
    fn few_rows_equal_many_in_any_precision() {
        for (width, outputs) in [(16, 1), (256, 33), (1024, 256), (768, 1500)] {
            let weight = random(outputs, width);
            for rows in 1..=FEW + 2 {
                let x = random(rows, width);
                for dtype in [DType::F32, DType::F16, DType::BF16] {
                    let weight = weight.to_dtype(dtype).unwrap();
                    let product = times_transposed(&x.unsqueeze(1).unwrap(), &weight).unwrap();
                    assert_eq!(product.dims(), [rows, 1, outputs]);
                    let wide = weight.to_dtype(DType::F32).unwrap();
                    let expected = x.matmul(&wide.t().unwrap()).unwrap();
                    let far = difference(&product.squeeze(1).unwrap(), &expected);
                    assert!(far < 1e-5, "{rows} x {width} x {outputs} {dtype:?}: {far}");
                }
            }
        }
    }

    #[test]
    fn a_quantized_matrix_is_near_the_dense_one_whatever_its_sizes() {
        for (outputs, inputs) in [(16, 256), (33, 88), (70, 300)] {
            let dense = random(outputs, inputs);
            let [rows, columns] = padded(outputs, inputs);
            let filled = dense.pad_with_zeros(0, 0, rows - outputs).unwrap();
            let filled = filled.pad_with_zeros(1, 0, columns - inputs).unwrap();
            for (dtype, most) in [(GgmlDType::Q8_0, 0.015), (GgmlDType::Q6K, 0.04), (GgmlDType::Q4K, 0.15)] {
                let quantized = QTensor::quantize(&filled, dtype).unwrap();
                let matrix = Matrix::quantized(quantized, outputs, inputs).unwrap();
                let x = random(3, inputs);
                let expected = x.matmul(&dense.t().unwrap()).unwrap();
                let far = difference(&matrix.times(&x).unwrap(), &expected);
                assert!(far < most, "{outputs} x {inputs} {dtype:?}: {far}");
                let ids = Tensor::new(&[outputs as u32 - 1, 0], &Device::Cpu).unwrap();
                let far = difference(&matrix.rows(&ids).unwrap(), &dense.index_select(&ids, 0).unwrap());
                assert!(far < most, "rows of {outputs} x {inputs} {dtype:?}: {far}");
            }
        }
    }
}
