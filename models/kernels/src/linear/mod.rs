//! Matrices and linear layers, dense or quantized, whose input may be a few rows: one token for each beam.

mod few;
mod stored;

use std::sync::Arc;

use candle_core::{CpuStorage, D, DType, Result, Storage, Tensor, bail};
use candle_nn::Module;

use crate::matmul::{View, matmul};
use crate::quantized::Quantized;
use crate::values::with_values;
use few::{FewRows, LANES};

pub use few::dots;
pub use stored::widened;

/// Most rows of input for which weights are read once and not repacked. Repacking, which pays for more rows, takes several times as long.
const FEW: usize = 12;

/// W [outputs, inputs]: f32, float16 or bfloat16, or quantized by blocks. Activations are f32 in any case. Clones share the values.
#[derive(Debug, Clone)]
pub struct Matrix {
    values: Values,
    outputs: usize,
    inputs: usize,
}

#[derive(Debug, Clone)]
enum Values {
    Dense(Tensor),
    Quantized(Arc<Quantized>),
}

impl Matrix {
    /// From a tensor [outputs, inputs].
    pub fn dense(weight: Tensor) -> Result<Self> {
        let (outputs, inputs) = weight.dims2()?;
        Ok(Self {
            values: Values::Dense(weight),
            outputs,
            inputs,
        })
    }

    /// From a quantized matrix [outputs, inputs].
    pub fn quantized(weight: Quantized, outputs: usize, inputs: usize) -> Self {
        Self {
            values: Values::Quantized(Arc::new(weight)),
            outputs,
            inputs,
        }
    }

    /// Outputs and inputs.
    pub fn sizes(&self) -> (usize, usize) {
        (self.outputs, self.inputs)
    }

    /// x [.., inputs] times W^T: [.., outputs], f32.
    pub fn times(&self, x: &Tensor) -> Result<Tensor> {
        match &self.values {
            Values::Dense(weight) => apply(x, weight, None),
            Values::Quantized(weight) => weight.times(x, self.outputs, None),
        }
    }

    /// The rows of the given numbers [T]: [T, inputs], f32. This is how a matrix serves as an embedding.
    pub fn rows(&self, ids: &Tensor) -> Result<Tensor> {
        match &self.values {
            Values::Dense(weight) => weight.index_select(ids, 0)?.to_dtype(DType::F32),
            Values::Quantized(weight) => weight.rows(ids, self.inputs),
        }
    }
}

/// x W^T + b.
#[derive(Debug, Clone)]
pub struct Linear {
    weight: Matrix,
    bias: Option<Tensor>,
}

impl Linear {
    /// From its matrix and, where it has one, its bias [outputs].
    pub fn new(weight: Matrix, bias: Option<Tensor>) -> Self {
        Self { weight, bias }
    }
}

impl Module for Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let bias = self.bias.as_ref();
        match &self.weight.values {
            Values::Dense(weight) => apply(x, weight, bias),
            Values::Quantized(weight) => weight.times(x, self.weight.outputs, bias),
        }
    }
}

/// x [.., K] times W^T, W [N, K], plus a bias [N] or nothing: [.., N], f32. W may be of half precision.
fn apply(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let width = x.dim(D::Minus1)?;
    let is_few = width.is_multiple_of(LANES) && x.elem_count() <= FEW * width;
    let mut shape = x.dims().to_vec();
    shape.pop();
    shape.push(weight.dim(0)?);
    let x = x.reshape(((), width))?;
    let product = if !x.device().is_cpu() {
        // candle's products want the same type on both sides.
        let product = x.to_dtype(weight.dtype())?.matmul(&weight.t()?)?;
        product.to_dtype(DType::F32)?
    } else if is_few {
        x.contiguous()?.apply_op2_no_bwd(weight, &FewRows)?
    } else {
        return matmul_add(&x, &widened(weight)?.t()?, bias)?.reshape(shape);
    };
    let product = product.reshape(shape)?;
    match bias {
        Some(bias) => product.broadcast_add(bias),
        None => Ok(product),
    }
}

/// a [R, K] times b [K, N], plus a bias [N] or nothing: [R, N]. All f32, on the CPU; b may lie as a transposed one.
pub fn matmul_add(a: &Tensor, b: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let ((rows, depth), (inputs, columns)) = (a.dims2()?, b.dims2()?);
    if depth != inputs {
        bail!("{rows} x {depth} times {inputs} x {columns}");
    }
    let bias = match bias {
        Some(bias) if bias.dims() != [columns] => bail!("a bias of {:?} for {columns} columns", bias.shape()),
        Some(bias) => bias.to_vec1()?,
        None => Vec::new(),
    };
    let product = with_values(&a.contiguous()?, |a| {
        let (storage, layout) = b.storage_and_layout();
        let (Storage::Cpu(CpuStorage::F32(b)), &[row, column]) = (&*storage, layout.stride()) else {
            bail!("this wants f32 on the CPU")
        };
        let b = View::new(&b[layout.start_offset()..], [depth, columns], [row, column])?;
        Ok(matmul(View::rows(a, depth), b, &bias))
    })?;
    Tensor::from_vec(product, (rows, columns), a.device())
}

/// Rows scaled to length 1.
pub fn unit(x: &Tensor) -> Result<Tensor> {
    let length = x.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?.maximum(1e-12)?;
    x.broadcast_div(&length)
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
            let bias = random(1, outputs).squeeze(0).unwrap();
            for rows in 1..=FEW + 2 {
                let x = random(rows, width);
                for dtype in [DType::F32, DType::F16, DType::BF16] {
                    let weight = weight.to_dtype(dtype).unwrap();
                    let ours = apply(&x.unsqueeze(1).unwrap(), &weight, Some(&bias)).unwrap();
                    assert_eq!(ours.dims(), [rows, 1, outputs]);
                    let wide = weight.to_dtype(DType::F32).unwrap();
                    let expected = x.matmul(&wide.t().unwrap()).unwrap();
                    let expected = expected.broadcast_add(&bias).unwrap();
                    let far = difference(&ours.squeeze(1).unwrap(), &expected);
                    assert!(far < 1e-5, "{rows} x {width} x {outputs} {dtype:?}: {far}");
                }
            }
        }
    }

    #[test]
    fn a_quantized_matrix_is_near_the_dense_one_whatever_its_sizes() {
        for (outputs, inputs) in [(16, 256), (33, 88), (70, 300)] {
            let dense = random(outputs, inputs);
            for (dtype, most) in [(GgmlDType::Q8_0, 0.015), (GgmlDType::Q6K, 0.04), (GgmlDType::Q4K, 0.15)] {
                let quantized = Quantized::of_dense(&dense, dtype, &Device::Cpu).unwrap();
                let matrix = Matrix::quantized(quantized, outputs, inputs);
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
