//! Depthwise convolution: each channel has a kernel of its own.

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, bail};
use candle_nn::VarBuilder;
use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;

use super::{Activation, Step, same_padding};

/// Channels that are summed together, in registers; the number of channels must be a multiple (exporters pad with zeros).
const LANES: usize = 16;
/// Padded input values that one task works on: they should stay in its core's second-level cache.
const BAND: usize = 1 << 16;

/// A depthwise convolution with `TensorFlow`'s "SAME" padding, between the bias and activation of the layer before
/// (applied while the input is copied into its padding, which saves a pass over memory) and its own.
#[derive(Debug)]
pub struct Depthwise {
    before: Step,
    weight: Vec<f32>,
    after: Step,
    kernel: usize,
    stride: usize,
}

impl Depthwise {
    /// Reads `weight` [kernel * kernel, channels]; kernels of 3 and 5 are supported.
    pub fn load(before: Step, after: Step, kernel: usize, stride: usize, weights: &VarBuilder) -> Result<Self> {
        let channels = before.bias.len();
        if !matches!(kernel, 3 | 5) || !channels.is_multiple_of(LANES) || after.bias.len() != channels {
            bail!("depthwise convolution: kernel {kernel} or {channels} channels unsupported");
        }
        let weight = weights
            .get((kernel * kernel, channels), "weight")?
            .flatten_all()?
            .to_vec1()?;
        Ok(Self {
            before,
            weight,
            after,
            kernel,
            stride,
        })
    }
}

impl CustomOp1 for Depthwise {
    fn name(&self) -> &'static str {
        "depthwise-convolution"
    }

    /// [H, W, C] to [ceil(H / stride), ceil(W / stride), C].
    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (height, width, channels) = layout.shape().dims3()?;
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("depthwise convolution: strided input")
        };
        if channels != self.before.bias.len() || height == 0 || width == 0 {
            bail!(
                "depthwise convolution: [H, W, {}] expected, got {:?}",
                self.before.bias.len(),
                layout.shape()
            );
        }
        let input = &storage.as_slice::<f32>()?[start..end];
        let (out_height, _) = same_padding(height, self.kernel, self.stride);
        let (out_width, _) = same_padding(width, self.kernel, self.stride);
        let padded_width = (out_width - 1) * self.stride + self.kernel;
        let rows = (BAND / (padded_width * channels)).saturating_sub(self.kernel) / self.stride + 1;
        let mut output = vec![0f32; out_height * out_width * channels];
        output
            .par_chunks_mut(rows * out_width * channels)
            .enumerate()
            .for_each(|(band, output)| {
                let first = band * rows;
                Arch::new().dispatch(Band {
                    layer: self,
                    input,
                    height,
                    width,
                    first,
                    out_width,
                    padded_width,
                    output,
                });
            });
        Ok((CpuStorage::F32(output), (out_height, out_width, channels).into()))
    }
}

impl CustomOp1 for Step {
    fn name(&self) -> &'static str {
        "bias-and-activation"
    }

    /// Adds the bias to the last axis and activates.
    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("activation: strided input")
        };
        if layout.shape().dims().last() != Some(&self.bias.len()) {
            bail!(
                "activation: [.., {}] expected, got {:?}",
                self.bias.len(),
                layout.shape()
            );
        }
        let mut output = storage.as_slice::<f32>()?[start..end].to_vec();
        output
            .par_chunks_mut(self.bias.len())
            .with_min_len(256)
            .for_each(|pixel| apply(self, 0, pixel));
        Ok((CpuStorage::F32(output), layout.shape().clone()))
    }
}

/// Some rows of the output. A type of its own because `pulp` compiles its `call` once for each vector width of the
/// processor family and takes the widest at run time; everything below is inlined into it for that reason.
struct Band<'a> {
    layer: &'a Depthwise,
    input: &'a [f32],
    height: usize,
    width: usize,
    first: usize,
    out_width: usize,
    padded_width: usize,
    output: &'a mut [f32],
}

impl NullaryFnOnce for Band<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let padded = self.padded();
        for channel in (0..self.layer.before.bias.len()).step_by(LANES) {
            if self.layer.kernel == 3 {
                convolve::<3>(
                    self.layer,
                    &padded,
                    self.padded_width,
                    channel,
                    self.out_width,
                    self.output,
                );
            } else {
                convolve::<5>(
                    self.layer,
                    &padded,
                    self.padded_width,
                    channel,
                    self.out_width,
                    self.output,
                );
            }
        }
    }
}

impl Band<'_> {
    /// The rows of the input that the band needs, activated, with zeros around the picture.
    #[inline(always)]
    fn padded(&self) -> Vec<f32> {
        let Depthwise {
            before, kernel, stride, ..
        } = self.layer;
        let channels = before.bias.len();
        let (_, top) = same_padding(self.height, *kernel, *stride);
        let (_, left) = same_padding(self.width, *kernel, *stride);
        let rows = (self.output.len() / (self.out_width * channels) - 1) * stride + kernel;
        let row_length = self.padded_width * channels;
        let width = self.width.min(self.padded_width - left) * channels;
        let mut padded = vec![0f32; rows * row_length];
        for (y, row) in padded.chunks_exact_mut(row_length).enumerate() {
            let Some(y) = (self.first * stride + y).checked_sub(top).filter(|&y| y < self.height) else {
                continue;
            };
            let row = &mut row[left * channels..][..width];
            row.copy_from_slice(&self.input[y * self.width * channels..][..width]);
            row.chunks_exact_mut(channels).for_each(|pixel| apply(before, 0, pixel));
        }
        padded
    }
}

/// Convolves `LANES` channels, from `channel` on, of all pixels of a band.
#[inline(always)]
fn convolve<const K: usize>(
    layer: &Depthwise,
    padded: &[f32],
    padded_width: usize,
    channel: usize,
    out_width: usize,
    output: &mut [f32],
) {
    let channels = layer.before.bias.len();
    let mut weight = [[[0f32; LANES]; K]; K];
    for (i, weight) in weight.iter_mut().flatten().enumerate() {
        weight.copy_from_slice(&layer.weight[i * channels + channel..][..LANES]);
    }
    let reach = (K - 1) * channels + LANES;
    for (y, row) in output.chunks_exact_mut(out_width * channels).enumerate() {
        let above = &padded[y * layer.stride * padded_width * channels + channel..];
        let rows: [&[f32]; K] = std::array::from_fn(|ky| &above[ky * padded_width * channels..]);
        for x in 0..out_width {
            let mut sum = [0f32; LANES];
            for (row, weight) in rows.iter().zip(&weight) {
                let window = &row[x * layer.stride * channels..][..reach];
                for (kx, weight) in weight.iter().enumerate() {
                    let pixel = &window[kx * channels..][..LANES];
                    for i in 0..LANES {
                        sum[i] += pixel[i] * weight[i];
                    }
                }
            }
            apply(&layer.after, channel, &mut sum);
            row[x * channels + channel..][..LANES].copy_from_slice(&sum);
        }
    }
}

/// Adds the bias of the channels from `channel` on and activates.
#[inline(always)]
fn apply(step: &Step, channel: usize, values: &mut [f32]) {
    let bias = &step.bias[channel..][..values.len()];
    let pairs = values.iter_mut().zip(bias);
    match step.activation {
        Activation::Linear => pairs.for_each(|(x, b)| *x += b),
        Activation::Relu => pairs.for_each(|(x, b)| *x = (*x + b).max(0.0)),
        Activation::Relu6 => pairs.for_each(|(x, b)| *x = (*x + b).clamp(0.0, 6.0)),
        Activation::HardSwish => pairs.for_each(|(x, b)| {
            let y = *x + b;
            *x = y * (y + 3.0).clamp(0.0, 6.0) / 6.0;
        }),
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;

    /// The definition, one output value at a time.
    fn plain(layer: &Depthwise, input: &[f32], [height, width]: [usize; 2]) -> Vec<f32> {
        let (k, stride, channels) = (layer.kernel, layer.stride, layer.before.bias.len());
        let ((out_height, top), (out_width, left)) = (same_padding(height, k, stride), same_padding(width, k, stride));
        let mut output = Vec::new();
        for (y, x, c) in
            (0..out_height).flat_map(|y| (0..out_width).flat_map(move |x| (0..channels).map(move |c| (y, x, c))))
        {
            let mut sum = [0f32];
            for (ky, kx) in (0..k).flat_map(|ky| (0..k).map(move |kx| (ky, kx))) {
                let at = ((y * stride + ky).checked_sub(top), (x * stride + kx).checked_sub(left));
                if let (Some(y), Some(x)) = at
                    && y < height
                    && x < width
                {
                    let mut value = [input[(y * width + x) * channels + c]];
                    apply(&layer.before, c, &mut value);
                    sum[0] += value[0] * layer.weight[(ky * k + kx) * channels + c];
                }
            }
            apply(&layer.after, c, &mut sum);
            output.push(sum[0]);
        }
        output
    }

    fn noise(length: usize, seed: u32) -> Vec<f32> {
        let next = |state: &mut u32| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some((*state >> 8) as f32 / (1 << 23) as f32 - 1.0)
        };
        std::iter::repeat_n((), length)
            .scan(seed, |state, ()| next(state))
            .collect()
    }

    #[test]
    fn equals_the_definition_at_every_size_and_stride() {
        let channels = 32;
        for (kernel, stride, height, width, activation) in [
            (3, 1, 7, 5, Activation::Relu6),
            (3, 2, 8, 9, Activation::HardSwish),
            (5, 1, 3, 11, Activation::Relu),
            (5, 2, 130, 33, Activation::Linear),
        ] {
            let step = |seed, activation| Step {
                bias: noise(channels, seed),
                activation,
            };
            let layer = Depthwise {
                before: step(1, activation),
                weight: noise(kernel * kernel * channels, 2),
                after: step(3, activation),
                kernel,
                stride,
            };
            let input = noise(height * width * channels, 4);
            let tensor = Tensor::from_slice(&input, (height, width, channels), &Device::Cpu).unwrap();
            let output: Vec<f32> = tensor
                .apply_op1_no_bwd(&layer)
                .unwrap()
                .flatten_all()
                .unwrap()
                .to_vec1()
                .unwrap();
            let expected = plain(&layer, &input, [height, width]);
            assert_eq!(output.len(), expected.len());
            let worst = output
                .iter()
                .zip(&expected)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst < 1e-5, "kernel {kernel}, stride {stride}: {worst}");
        }
    }
}
