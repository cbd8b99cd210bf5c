//! Depthwise convolution: each channel has a kernel of its own.

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, bail};
use candle_nn::VarBuilder;
use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;

use super::{Activation, Step, same_padding};

/// Channels that are computed together, in a register; the number of channels must be a multiple (exporters pad with zeros).
const LANES: usize = 16;
type Vector = [f32; LANES];
/// Values of output that one task works on.
const BAND: usize = 1 << 15;

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
        let (input, _) = storage.as_slice::<f32>()?[start..end].as_chunks();
        let (out_height, _) = same_padding(height, self.kernel, self.stride);
        let (out_width, _) = same_padding(width, self.kernel, self.stride);
        let rows = (BAND / (out_width * channels)).clamp(1, out_height);
        let mut output = vec![0f32; out_height * out_width * channels];
        output
            .par_chunks_mut(rows * out_width * channels)
            .enumerate()
            .for_each(|(band, output)| {
                let (output, _) = output.as_chunks_mut();
                let first = band * rows;
                Arch::new().dispatch(Band {
                    layer: self,
                    input,
                    height,
                    width,
                    first,
                    out_width,
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
        let channels = self.bias.len();
        if layout.shape().dims().last() != Some(&channels) || !channels.is_multiple_of(LANES) {
            bail!("activation: [.., {channels}] expected, got {:?}", layout.shape());
        }
        let mut output = storage.as_slice::<f32>()?[start..end].to_vec();
        output.par_chunks_mut(channels).with_min_len(256).for_each(|pixel| {
            let (pixel, _) = pixel.as_chunks_mut();
            pixel
                .iter_mut()
                .enumerate()
                .for_each(|(group, values)| *values = apply(self, group, *values));
        });
        Ok((CpuStorage::F32(output), layout.shape().clone()))
    }
}

/// Some rows of the output; pixels are runs of vectors. A type of its own because `pulp` compiles its `call` once for
/// each vector width of the processor family and takes the widest at run time; everything below is inlined into it for
/// that reason.
struct Band<'a> {
    layer: &'a Depthwise,
    input: &'a [Vector],
    height: usize,
    width: usize,
    first: usize,
    out_width: usize,
    output: &'a mut [Vector],
}

impl NullaryFnOnce for Band<'_> {
    type Output = ();

    #[inline(always)]
    fn call(mut self) {
        match self.layer.kernel {
            3 => self.convolve::<3>(),
            _ => self.convolve::<5>(),
        }
    }
}

impl Band<'_> {
    #[inline(always)]
    fn convolve<const K: usize>(&mut self) {
        let Depthwise { after, stride, .. } = self.layer;
        let groups = after.bias.len() / LANES;
        let out_rows = self.output.len() / (self.out_width * groups);
        let padded_width = (self.out_width - 1) * stride + K;
        let mut padded = vec![[0f32; LANES]; ((out_rows - 1) * stride + K) * padded_width];
        for group in 0..groups {
            self.pad(group, groups, padded_width, &mut padded);
            let weight: [[Vector; K]; K] =
                std::array::from_fn(|y| std::array::from_fn(|x| self.weight(y * K + x, group)));
            for (y, row) in self.output.chunks_exact_mut(self.out_width * groups).enumerate() {
                let rows: [&[Vector]; K] =
                    std::array::from_fn(|ky| &padded[(y * stride + ky) * padded_width..][..padded_width]);
                for (x, pixel) in row.chunks_exact_mut(groups).enumerate() {
                    let mut sum = [0f32; LANES];
                    for (row, weight) in rows.iter().zip(&weight) {
                        for (pixel, weight) in row[x * stride..][..K].iter().zip(weight) {
                            for i in 0..LANES {
                                sum[i] += pixel[i] * weight[i];
                            }
                        }
                    }
                    pixel[group] = apply(after, group, sum);
                }
            }
        }
    }

    /// Copies one group of channels of the rows that the band needs into their padding, activated. The zeros around
    /// the picture are never overwritten.
    #[inline(always)]
    fn pad(&self, group: usize, groups: usize, padded_width: usize, padded: &mut [Vector]) {
        let Depthwise {
            before, kernel, stride, ..
        } = self.layer;
        let (_, top) = same_padding(self.height, *kernel, *stride);
        let (_, left) = same_padding(self.width, *kernel, *stride);
        for (y, row) in padded.chunks_exact_mut(padded_width).enumerate() {
            let Some(y) = (self.first * stride + y).checked_sub(top).filter(|&y| y < self.height) else {
                continue;
            };
            let source = &self.input[y * self.width * groups..][..self.width * groups];
            for (target, source) in row[left..].iter_mut().zip(source.chunks_exact(groups)) {
                *target = apply(before, group, source[group]);
            }
        }
    }

    #[inline(always)]
    fn weight(&self, tap: usize, group: usize) -> Vector {
        let groups = self.layer.after.bias.len() / LANES;
        self.layer.weight.as_chunks().0[tap * groups + group]
    }
}

/// Adds the bias of a group of channels and activates. Plain loops over whole vectors: closures of iterators would not
/// be inlined into the vectorised code.
#[inline(always)]
fn apply(step: &Step, group: usize, mut values: Vector) -> Vector {
    let bias: &Vector = &step.bias.as_chunks().0[group];
    for i in 0..LANES {
        values[i] += bias[i];
    }
    match step.activation {
        Activation::Linear => {}
        Activation::Relu => {
            for x in &mut values {
                *x = x.max(0.0);
            }
        }
        Activation::Relu6 => {
            for x in &mut values {
                *x = x.clamp(0.0, 6.0);
            }
        }
        Activation::HardSwish => {
            for x in &mut values {
                *x *= (*x + 3.0).clamp(0.0, 6.0) * (1.0 / 6.0);
            }
        }
    }
    values
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
            let mut sum = [0f32; LANES];
            for (ky, kx) in (0..k).flat_map(|ky| (0..k).map(move |kx| (ky, kx))) {
                let at = ((y * stride + ky).checked_sub(top), (x * stride + kx).checked_sub(left));
                if let (Some(y), Some(x)) = at
                    && y < height
                    && x < width
                {
                    let value = apply(&layer.before, c / LANES, [input[(y * width + x) * channels + c]; LANES]);
                    sum[c % LANES] += value[c % LANES] * layer.weight[(ky * k + kx) * channels + c];
                }
            }
            output.push(apply(&layer.after, c / LANES, sum)[c % LANES]);
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
