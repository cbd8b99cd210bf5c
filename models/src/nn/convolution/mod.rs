//! Convolutions on the CPU for small networks, on activations that keep their channels together: [height, width, channels].
//!
//! A 1 x 1 convolution is then a matrix product and a depthwise one reads whole vectors of channels. Kernels lie as
//! `training/export_encoder.py` writes them: [in, out] for 1 x 1, [k * k, channels] for depthwise, [k * k * in, out] for others.

mod depthwise;

mod resample;

use candle_core::{Device, Result, Tensor};
use candle_nn::VarBuilder;

use eyebright_kernels::linear::matmul_add;

pub use depthwise::Depthwise;
pub use resample::doubled;

/// The activation behind a convolution and its bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Linear,
    /// max(x, 0).
    Relu,
    /// x limited to 0..6.
    Relu6,
    /// x relu6(x + 3) / 6 (Howard et al., "Searching for `MobileNetV3`", 2019).
    HardSwish,
}

/// A bias for each channel and an activation.
#[derive(Debug)]
pub struct Step {
    /// One value a channel.
    pub bias: Vec<f32>,
    /// Applied after the bias.
    pub activation: Activation,
}

impl Step {
    /// Reads the tensor `bias`.
    pub fn load(activation: Activation, channels: usize, weights: &VarBuilder) -> Result<Self> {
        Ok(Self {
            bias: weights.get(channels, "bias")?.to_vec1()?,
            activation,
        })
    }

    /// An activation alone.
    #[must_use]
    pub fn activation(activation: Activation, channels: usize) -> Self {
        Self {
            bias: vec![0.0; channels],
            activation,
        }
    }
}

/// A 1 x 1 convolution.
#[derive(Debug)]
pub struct Pointwise {
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Pointwise {
    /// Reads `weight` [in, out] and, if `bias`, `bias` [out].
    pub fn load(inputs: usize, outputs: usize, bias: bool, weights: &VarBuilder) -> Result<Self> {
        let bias = if bias {
            Some(weights.get(outputs, "bias")?)
        } else {
            None
        };
        Ok(Self {
            weight: weights.get((inputs, outputs), "weight")?,
            bias,
        })
    }

    /// [H, W, in] to [H, W, out].
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (height, width, _) = x.dims3()?;
        matmul_add(&x.flatten_to(1)?, &self.weight, self.bias.as_ref())?.reshape((height, width, ()))
    }
}

/// The mean over all pixels: [H, W, C] to [1, 1, C].
pub fn mean(x: &Tensor) -> Result<Tensor> {
    let (height, width, channels) = x.dims3()?;
    let pixels = height * width;
    // As a product, which reads the channels of a pixel together.
    let weights = Tensor::full(1.0 / pixels as f32, (1, pixels), x.device())?;
    matmul_add(&weights, &x.reshape((pixels, channels))?, None)?.reshape((1, 1, channels))
}

/// The windows of the 3 x 3 convolution of stride 2 that begins a network, as rows of a matrix: `pixels` are RGB bytes
/// of a square picture with sides of `size`, `mean` is taken off before the padding with zeros.
/// Returns [out, out, 27], out = ceil(size / 2).
pub fn first_windows(pixels: &[u8], size: usize, mean: f32) -> Result<Tensor> {
    let (out, before) = same_padding(size, 3, 2);
    let mut windows = vec![0f32; out * out * 27];
    for (i, lines) in windows.chunks_exact_mut(9).enumerate() {
        let (y, x) = (i / 3 / out * 2 + i % 3, i / 3 % out * 2);
        let Some(y) = y.checked_sub(before).filter(|&y| y < size) else {
            continue;
        };
        // Whole pixels of one line, without those that are outside.
        let outside = before.saturating_sub(x);
        let first = x + outside - before;
        let line = &pixels[(y * size + first) * 3..][..(size - first).min(3 - outside) * 3];
        for (value, &byte) in lines[outside * 3..].iter_mut().zip(line) {
            *value = f32::from(byte) - mean;
        }
    }
    Tensor::from_vec(windows, (out, out, 27), &Device::Cpu)
}

/// `TensorFlow`'s "SAME": the output size and the padding before; the odd element goes after.
fn same_padding(size: usize, kernel: usize, stride: usize) -> (usize, usize) {
    let output = size.div_ceil(stride);
    let total = ((output - 1) * stride + kernel).saturating_sub(size);
    (output, total / 2)
}

/// Against reference values from `training/`.
#[cfg(test)]
pub(crate) mod golden {
    use std::collections::HashMap;
    use std::path::{Path, PathBuf};

    use candle_core::DType;

    use super::*;

    fn file(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
    }

    /// A weights file of glance.
    pub fn weights(name: &str) -> VarBuilder<'static> {
        let tensors = candle_core::safetensors::load(file("packs/glance").join(name), &Device::Cpu).unwrap();
        let tensors = tensors
            .into_iter()
            .map(|(name, tensor)| (name, tensor.to_dtype(DType::F32).unwrap()))
            .collect();
        VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu)
    }

    /// A file of reference values.
    pub fn values(name: &str) -> HashMap<String, Tensor> {
        candle_core::safetensors::load(file("tests/golden").join(name), &Device::Cpu).unwrap()
    }

    /// RGB bytes of the test picture, enlarged to `size` x `size` by repeating pixels: the same in every language.
    pub fn pixels(size: usize) -> Vec<u8> {
        let picture = image::open(file("tests/golden/picture.png")).unwrap().into_rgb8();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let at = |i: usize| {
            picture
                .get_pixel((i % size * width / size) as u32, (i / size * height / size) as u32)
                .0
        };
        (0..size * size).flat_map(at).collect()
    }

    /// |ours - reference| / |reference| in the Euclidean norm.
    pub fn error(ours: &Tensor, reference: &Tensor) -> f32 {
        let norm = |x: &Tensor| x.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap().sqrt();
        norm(&(ours - reference).unwrap()) / norm(reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_is_over_pixels_not_channels() {
        let x = Tensor::new(&[[[1f32, 10.0], [2.0, 20.0], [6.0, 60.0]]], &Device::Cpu).unwrap();
        let means: Vec<f32> = mean(&x).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        assert!((means[0] - 3.0).abs() < 1e-6 && (means[1] - 30.0).abs() < 1e-5);
    }

    #[test]
    fn padding_is_tensorflows() {
        assert_eq!(same_padding(260, 3, 2), (130, 0));
        assert_eq!(same_padding(65, 5, 2), (33, 2));
        assert_eq!(same_padding(130, 5, 2), (65, 1));
        assert_eq!(same_padding(17, 3, 1), (17, 1));
    }

    #[test]
    fn first_windows_pad_after_the_mean_is_taken_off() {
        let pixels: Vec<u8> = (0..4 * 4 * 3).collect();
        let windows = first_windows(&pixels, 4, 10.0).unwrap();
        assert_eq!(windows.dims(), [2, 2, 27]);
        let last: Vec<f32> = windows.get(1).unwrap().get(1).unwrap().to_vec1().unwrap();
        // Row 2, column 2 begins at byte (2 * 4 + 2) * 3 = 30; column 4 and row 4 are padding.
        assert_eq!(last[..9], [20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 0.0, 0.0, 0.0]);
        assert_eq!(last[18..], [0.0; 9]);
    }
}
