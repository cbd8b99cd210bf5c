//! A quantized matrix, as panels or as blocks.

use candle_core::quantized::ggml_file::qtensor_from_ggml;
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{D, Device, Result, Tensor};

#[cfg(target_arch = "x86_64")]
use super::integers;
use super::padding::{filled, padded};
use super::wide;

/// W [outputs, inputs], as the device multiplies it fastest.
#[derive(Debug)]
pub enum Quantized {
    #[cfg(target_arch = "x86_64")]
    Panels(integers::Panels),
    /// Filled up to [`padded`] sizes.
    Blocks(QTensor),
}

impl Quantized {
    /// From the blocks of a matrix of the [`padded`] sizes.
    pub fn of_blocks(blocks: &[u8], dtype: GgmlDType, [outputs, inputs]: [usize; 2], device: &Device) -> Result<Self> {
        #[cfg(target_arch = "x86_64")]
        if device.is_cpu() && integers::are_fast() {
            return Ok(Self::Panels(integers::Panels::of(blocks, dtype, outputs, inputs)?));
        }
        let sizes = padded(outputs, inputs).to_vec();
        Ok(Self::Blocks(qtensor_from_ggml(dtype, blocks, sizes, device)?))
    }

    /// From a dense matrix [outputs, inputs], f32.
    pub fn of_dense(dense: &Tensor, dtype: GgmlDType, device: &Device) -> Result<Self> {
        let sizes = dense.dims2()?;
        let weight = QTensor::quantize(&filled(&dense.to_device(&Device::Cpu)?)?, dtype)?;
        Self::of_blocks(&weight.data()?, dtype, sizes.into(), device)
    }

    /// x [.., inputs] times W^T, plus a bias [outputs] or nothing: [.., outputs], f32.
    pub fn times(&self, x: &Tensor, outputs: usize, bias: Option<&Tensor>) -> Result<Tensor> {
        let inputs = x.dim(D::Minus1)?;
        let mut shape = x.dims().to_vec();
        shape.pop();
        shape.push(outputs);
        let x = x.reshape(((), inputs))?.contiguous()?;
        let product = match self {
            #[cfg(target_arch = "x86_64")]
            Self::Panels(panels) => return panels.times(&x, bias)?.reshape(shape),
            Self::Blocks(weight) if x.device().is_cpu() => wide::matmul(&x, weight, outputs)?,
            Self::Blocks(weight) => {
                let filled = x.pad_with_zeros(1, 0, weight.shape().dims2()?.1 - inputs)?;
                let product = filled.contiguous()?.apply_op1_no_bwd(weight)?;
                product.narrow(1, 0, outputs)?
            }
        };
        let product = product.reshape(shape)?;
        match bias {
            Some(bias) => product.broadcast_add(bias),
            None => Ok(product),
        }
    }

    /// The rows of the given numbers [T]: [T, inputs], f32.
    pub fn rows(&self, ids: &Tensor, inputs: usize) -> Result<Tensor> {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Panels(panels) => {
                let rows = ids.to_vec1::<u32>()?;
                let values: Vec<_> = rows
                    .iter()
                    .map(|row| panels.row(*row as usize))
                    .collect::<Result<_>>()?;
                Tensor::from_vec(values.concat(), (rows.len(), inputs), ids.device())
            }
            Self::Blocks(weight) => weight.embedding(ids)?.narrow(D::Minus1, 0, inputs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::normal;

    const FORMATS: [GgmlDType; 3] = [GgmlDType::Q8_0, GgmlDType::Q6K, GgmlDType::Q4K];

    /// The largest difference of two tensors over the largest value.
    fn far(ours: &Tensor, theirs: &Tensor) -> f32 {
        let largest = |x: &Tensor| x.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        largest(&(ours - theirs).unwrap()) / largest(theirs)
    }

    /// A random matrix [outputs, inputs], filled up and quantized, and the values that candle makes of it.
    fn matrix(outputs: usize, inputs: usize, dtype: GgmlDType) -> (QTensor, Tensor) {
        let [rows, columns] = padded(outputs, inputs);
        let dense = normal(1, 0.3, 1.0, (rows, columns));
        let weight = QTensor::quantize(&dense, dtype).unwrap();
        let dense = weight.dequantize(&Device::Cpu).unwrap();
        let narrowed = dense.narrow(0, 0, outputs).unwrap().narrow(1, 0, inputs).unwrap();
        (weight, narrowed.contiguous().unwrap())
    }

    fn laid(weight: &QTensor, outputs: usize, inputs: usize) -> Quantized {
        let blocks = weight.data().unwrap();
        Quantized::of_blocks(&blocks, weight.dtype(), [outputs, inputs], &Device::Cpu).unwrap()
    }

    #[test]
    fn products_equal_those_of_the_widened_matrix() {
        for dtype in FORMATS {
            for (rows, outputs, inputs) in [(1, 83, 512), (3, 83, 300), (8, 64, 512), (19, 83, 300), (70, 40, 768)] {
                let x = normal(2, 0.0, 1.0, (1, rows, inputs));
                let (weight, dense) = matrix(outputs, inputs, dtype);
                let fast = laid(&weight, outputs, inputs);
                let bias = normal(3, 0.0, 1.0, outputs);
                let theirs = x.broadcast_matmul(&dense.t().unwrap()).unwrap();
                let theirs = theirs.broadcast_add(&bias).unwrap();
                let blocks = Quantized::Blocks(weight);
                let ours = far(&blocks.times(&x, outputs, Some(&bias)).unwrap(), &theirs);
                assert!(ours < 1e-5, "{dtype:?}, {rows} rows in f32: {ours}");
                let ours = far(&fast.times(&x, outputs, Some(&bias)).unwrap(), &theirs);
                assert!(ours < 0.01, "{dtype:?}, {rows} rows: {ours}");
            }
        }
    }

    #[test]
    fn rows_are_those_of_the_widened_matrix() {
        for dtype in FORMATS {
            let (weight, dense) = matrix(40, 300, dtype);
            let ids = Tensor::new(&[39u32, 0, 17, 17], &Device::Cpu).unwrap();
            let theirs = dense.index_select(&ids, 0).unwrap();
            let ours = laid(&weight, 40, 300).rows(&ids, 300).unwrap();
            assert_eq!(ours.dims(), [4, 300]);
            assert!(far(&ours, &theirs) < 1e-6, "{dtype:?}");
            let beyond = Tensor::new(&[48u32], &Device::Cpu).unwrap();
            assert!(laid(&weight, 40, 300).rows(&beyond, 300).is_err());
        }
    }

    #[test]
    fn whole_numbers_are_multiplied_without_an_error() {
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
        for dtype in FORMATS {
            let (weight, dense) = matrix(40, 512, dtype);
            let weight = laid(&weight, 40, 512);
            for rows in [1, 5, 18, 25] {
                let x = Tensor::from_slice(&x[..rows * 512], (rows, 512), &Device::Cpu).unwrap();
                let theirs = x.matmul(&dense.t().unwrap()).unwrap();
                let ours = far(&weight.times(&x, 40, None).unwrap(), &theirs);
                assert!(ours < 1e-5, "{dtype:?}, {rows} rows: {ours}");
            }
        }
    }
}
