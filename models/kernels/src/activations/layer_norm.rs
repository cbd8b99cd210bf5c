//! Layer norm ("Layer Normalization", 2016).

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use candle_nn::Module;
use pulp::{Arch, Simd, WithSimd};

use super::chunks::{CHUNK, is_ours, map_chunks};

/// Brings rows to mean 0 and variance 1, then scales and shifts them.
#[derive(Debug, Clone)]
pub struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    epsilon: f64,
}

impl LayerNorm {
    /// Scale and shift [width]; epsilon is added to the variance.
    pub fn new(weight: Tensor, bias: Tensor, epsilon: f64) -> Self {
        Self { weight, bias, epsilon }
    }
}

impl Module for LayerNorm {
    /// [.., width].
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if is_ours(x) {
            let normalise = Normalise(self.epsilon as f32);
            x.contiguous()?.apply_op3_no_bwd(&self.weight, &self.bias, &normalise)
        } else {
            candle_nn::ops::layer_norm(&x.contiguous()?, &self.weight, &self.bias, self.epsilon as f32)
        }
    }
}

/// The operation, with its epsilon.
struct Normalise(f32);

impl CustomOp3 for Normalise {
    fn name(&self) -> &'static str {
        "layer-norm"
    }

    fn cpu_fwd(
        &self,
        storage: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let width = layout.dims()[layout.dims().len() - 1];
        let (Some((weight_start, weight_end)), Some((bias_start, bias_end))) =
            (weight_layout.contiguous_offsets(), bias_layout.contiguous_offsets())
        else {
            bail!("layer norm: strided weights")
        };
        let weight = &weight.as_slice::<f32>()?[weight_start..weight_end];
        let bias = &bias.as_slice::<f32>()?[bias_start..bias_end];
        if weight.len() != width || bias.len() != width {
            bail!("layer norm: {} weights for rows of {width}", weight.len());
        }
        let arch = Arch::new();
        let rows = (CHUNK / width).max(1);
        map_chunks(storage, layout, rows * width, |x| {
            for row in x.chunks_exact_mut(width) {
                arch.dispatch(NormOf {
                    row,
                    weight,
                    bias,
                    epsilon: self.0,
                });
            }
        })
    }
}

struct NormOf<'a> {
    row: &'a mut [f32],
    weight: &'a [f32],
    bias: &'a [f32],
    epsilon: f32,
}

impl WithSimd for NormOf<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let count = self.row.len() as f32;
        let (vectors, rest) = S::as_mut_simd_f32s(self.row);
        let (weights, last_weights) = S::as_simd_f32s(self.weight);
        let (biases, last_biases) = S::as_simd_f32s(self.bias);
        let mut sum = simd.splat_f32s(0.0);
        for &x in &*vectors {
            sum = simd.add_f32s(sum, x);
        }
        let mean = (simd.reduce_sum_f32s(sum) + rest.iter().sum::<f32>()) / count;
        let all_mean = simd.splat_f32s(mean);
        let mut squares = simd.splat_f32s(0.0);
        for x in &mut *vectors {
            *x = simd.sub_f32s(*x, all_mean);
            squares = simd.mul_add_f32s(*x, *x, squares);
        }
        let mut square = simd.reduce_sum_f32s(squares);
        for x in &mut *rest {
            *x -= mean;
            square += *x * *x;
        }
        let scale = (square / count + self.epsilon).sqrt().recip();
        let all_scale = simd.splat_f32s(scale);
        for ((x, &weight), &bias) in vectors.iter_mut().zip(weights).zip(biases) {
            *x = simd.mul_add_f32s(simd.mul_f32s(*x, all_scale), weight, bias);
        }
        for ((x, weight), bias) in rest.iter_mut().zip(last_weights).zip(last_biases) {
            *x = *x * scale * weight + bias;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{furthest, normal};

    #[test]
    fn layer_norm_equals_candles() {
        for shape in [vec![1, 1], vec![3, 5], vec![2, 7, 577], vec![1, 100, 768]] {
            let width = shape[shape.len() - 1];
            let x = normal(1, 0.5, 2.0, shape.as_slice());
            let (weight, bias) = (normal(2, 0.5, 2.0, width), normal(3, 0.5, 2.0, width));
            let theirs = candle_nn::ops::layer_norm_slow(&x, &weight, &bias, 1e-5).unwrap();
            let ours = LayerNorm::new(weight, bias, 1e-5).forward(&x).unwrap();
            let far = furthest(&ours, &theirs);
            assert!(far < 2e-5, "{shape:?}: {far}");
        }
    }
}
