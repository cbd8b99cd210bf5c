//! Linear layers whose input may be a few rows: one token for each beam.

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

use candle_core::{CpuStorage, CustomOp2, D, DType, Layout, Result, Shape, Tensor, bail};
use candle_nn::{Module, VarBuilder};
use pulp::{Arch, Simd, WithSimd};

/// Values of the widest vector: rows are whole numbers of them.
const LANES: usize = 16;
/// Rows that are multiplied by a weight while it is in its register.
const BLOCK: usize = 4;
/// Up to so many rows of input, weights are read once and not repacked as for large products, which takes several times as long.
const FEW: usize = 8;

/// x W^T + b, W [out, in].
pub(crate) struct Linear {
    weight: Tensor,
    bias: Tensor,
}

/// Loads `weight` [outputs, inputs] and `bias` [outputs].
pub(crate) fn linear(inputs: usize, outputs: usize, weights: VarBuilder) -> Result<Linear> {
    Ok(Linear {
        weight: weights.get((outputs, inputs), "weight")?,
        bias: weights.get(outputs, "bias")?,
    })
}

impl Module for Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        times_transposed(x, &self.weight)?.broadcast_add(&self.bias)
    }
}

/// x [.., K] times W^T, W [N, K]: [.., N].
pub(crate) fn times_transposed(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let width = x.dim(D::Minus1)?;
    if x.device().is_cpu() && x.dtype() == DType::F32 && width.is_multiple_of(LANES) && x.elem_count() <= FEW * width {
        return x.contiguous()?.apply_op2_no_bwd(weight, &FewRows);
    }
    let mut shape = x.dims().to_vec();
    let rows = x.elem_count() / width;
    shape.pop();
    shape.push(weight.dim(0)?);
    x.reshape((rows, width))?.matmul(&weight.t()?)?.reshape(shape)
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
        let mut output = vec![0f32; input.len() / width * outputs];
        Arch::new().dispatch(Product {
            input,
            weight: &weight.as_slice::<f32>()?[start..end],
            width,
            output: &mut output,
            outputs,
        });
        Ok((CpuStorage::F32(output), shape.into()))
    }
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

    use super::*;

    #[test]
    fn few_rows_equal_many() {
        let random = |rows: usize, columns: usize| Tensor::randn(0f32, 1.0, (rows, columns), &Device::Cpu).unwrap();
        for (width, outputs) in [(16, 1), (256, 33), (1024, 256)] {
            let weight = random(outputs, width);
            for rows in 1..=FEW + 2 {
                let x = random(rows, width);
                let product = times_transposed(&x.unsqueeze(1).unwrap(), &weight).unwrap();
                assert_eq!(product.dims(), [rows, 1, outputs]);
                let expected = x.matmul(&weight.t().unwrap()).unwrap();
                let far = (product.squeeze(1).unwrap() - expected).unwrap().abs().unwrap();
                let far: f32 = far.max_all().unwrap().to_scalar().unwrap();
                assert!(far < 1e-3, "{rows} x {width} x {outputs}: {far}");
            }
        }
    }
}
