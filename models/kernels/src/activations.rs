//! Erf GELU, softmax and layer norm with vector instructions, on all cores: candle computes one value after the other on a CPU, which takes as
//! long as a third of a vision transformer's matrix products.

// Memory is written before it has values.
#![allow(unsafe_code)]
// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

use std::mem::MaybeUninit;

use candle_core::{CpuStorage, CustomOp1, CustomOp3, D, DType, InplaceOp1, Layout, Result, Shape, Tensor, bail};
use candle_nn::Module;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::parallel::written;

/// Values that one core takes at a time: few enough for its cache.
const SHARE: usize = 1 << 15;

/// x (1 + erf(x / sqrt 2)) / 2, in place on the CPU: nobody else may have these values.
pub fn gelu(x: Tensor) -> Result<Tensor> {
    if !is_ours(&x) {
        return x.gelu_erf();
    }
    let x = x.contiguous()?;
    x.inplace_op1(&Gelu)?;
    Ok(x)
}

/// exp(x) over its sum, in the last dimension.
pub fn softmax(x: &Tensor) -> Result<Tensor> {
    if is_ours(x) {
        x.contiguous()?.apply_op1_no_bwd(&Softmax)
    } else {
        candle_nn::ops::softmax_last_dim(x)
    }
}

fn is_ours(x: &Tensor) -> bool {
    x.device().is_cpu() && x.dtype() == DType::F32 && x.dim(D::Minus1).is_ok_and(|width| width > 0)
}

struct Gelu;

impl InplaceOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let arch = Arch::new();
        let (CpuStorage::F32(values), Some((start, end))) = (storage, layout.contiguous_offsets()) else {
            bail!("gelu: contiguous f32 is wanted")
        };
        let shares = values[start..end].par_chunks_mut(SHARE);
        if shares.len() > 1 {
            shares.for_each(|x| arch.dispatch(GeluOf(x)));
        } else {
            arch.dispatch(GeluOf(&mut values[start..end]));
        }
        Ok(())
    }
}

struct Softmax;

impl CustomOp1 for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let width = layout.dims()[layout.dims().len() - 1];
        let rows = (SHARE / width).max(1);
        mapped(storage, layout, rows * width, |x| scaled_softmax(x, width, 1.0))
    }
}

/// Rows brought to mean 0 and variance 1, then scaled and shifted ("Layer Normalization", 2016).
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
            let rows = Rows(self.epsilon as f32);
            x.contiguous()?.apply_op3_no_bwd(&self.weight, &self.bias, &rows)
        } else {
            candle_nn::ops::layer_norm(&x.contiguous()?, &self.weight, &self.bias, self.epsilon as f32)
        }
    }
}

/// With an epsilon.
struct Rows(f32);

impl CustomOp3 for Rows {
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
        let rows = (SHARE / width).max(1);
        mapped(storage, layout, rows * width, |x| {
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

/// In place of rows of so many values their softmax, after they were multiplied with something above 0.
pub fn scaled_softmax(values: &mut [f32], width: usize, scale: f32) {
    let arch = Arch::new();
    for values in values.chunks_mut(width) {
        arch.dispatch(SoftmaxOf { values, scale });
    }
}

/// A copy whose parts were changed, `share` values at a time, each core copying what it changes.
fn mapped(
    storage: &CpuStorage,
    layout: &Layout,
    share: usize,
    change: impl Fn(&mut [f32]) + Send + Sync,
) -> Result<(CpuStorage, Shape)> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("strided input")
    };
    let source = &storage.as_slice::<f32>()?[start..end];
    if source.len() <= share {
        let mut values = source.to_vec();
        change(&mut values);
        return Ok((CpuStorage::F32(values), layout.shape().clone()));
    }
    let copy = |target: &mut [MaybeUninit<f32>]| {
        target
            .par_chunks_mut(share)
            .zip(source.par_chunks(share))
            .for_each(|(target, source)| change(target.write_copy_of_slice(source)));
    };
    // SAFETY: each gets a copy.
    let values = unsafe { written(source.len(), copy) };
    Ok((CpuStorage::F32(values), layout.shape().clone()))
}

struct GeluOf<'a>(&'a mut [f32]);

impl WithSimd for GeluOf<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (vectors, rest) = S::as_mut_simd_f32s(self.0);
        for x in vectors {
            *x = gelu_of(simd, *x);
        }
        let last = gelu_of(simd, simd.partial_load_f32s(rest));
        simd.partial_store_f32s(rest, last);
    }
}

#[inline(always)]
fn gelu_of<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let half = simd.mul_f32s(x, simd.splat_f32s(0.5));
    simd.mul_add_f32s(
        half,
        erf(simd, simd.mul_f32s(x, simd.splat_f32s(std::f32::consts::FRAC_1_SQRT_2))),
        half,
    )
}

/// Within 5e-7: an odd rational function, as Eigen has it.
#[inline(always)]
fn erf<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    const ABOVE: [f32; 7] = [
        -2.726_142_3e-10,
        2.770_681_4e-8,
        -2.101_024e-6,
        -5.692_506_4e-5,
        -7.349_906_5e-4,
        -2.954_6e-3,
        -1.609_603_4e-2,
    ];
    const BELOW: [f32; 5] = [
        -1.456_607_2e-5,
        -2.133_740_5e-4,
        -1.682_827_e-3,
        -7.373_329_3e-3,
        -1.426_473_9e-2,
    ];
    let within = |x, most| simd.max_f32s(simd.min_f32s(x, simd.splat_f32s(most)), simd.splat_f32s(-most));
    let x = within(x, 4.0);
    let square = simd.mul_f32s(x, x);
    let above = simd.mul_f32s(x, polynomial(simd, square, &ABOVE));
    within(simd.div_f32s(above, polynomial(simd, square, &BELOW)), 1.0)
}

struct SoftmaxOf<'a> {
    values: &'a mut [f32],
    scale: f32,
}

impl WithSimd for SoftmaxOf<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (vectors, rest) = S::as_mut_simd_f32s(self.values);
        let scale = simd.splat_f32s(self.scale);
        let lowest = simd.splat_f32s(f32::NEG_INFINITY);
        let most = vectors.iter().fold(lowest, |most, &x| simd.max_f32s(most, x));
        let most = rest.iter().copied().fold(simd.reduce_max_f32s(most), f32::max);
        let highest = simd.splat_f32s(most);
        let mut sum = simd.splat_f32s(0.0);
        for x in &mut *vectors {
            *x = exp(simd, simd.mul_f32s(simd.sub_f32s(*x, highest), scale));
            sum = simd.add_f32s(sum, *x);
        }
        let last = simd.sub_f32s(simd.partial_load_f32s(rest), highest);
        let last = exp(simd, simd.mul_f32s(last, scale));
        simd.partial_store_f32s(rest, last);
        let sum = simd.reduce_sum_f32s(sum) + rest.iter().sum::<f32>();
        let share = simd.splat_f32s(1.0 / sum);
        for x in vectors {
            *x = simd.mul_f32s(*x, share);
        }
        for x in rest {
            *x /= sum;
        }
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

/// Of x up to 0, within 2e-7 of itself; 0 below -87. As Cephes: 2^n times a polynomial for what is left.
#[inline(always)]
fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    const LOWEST: f32 = -87.0;
    /// Added to a small number, it leaves that number, rounded, in its lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const COEFFICIENTS: [f32; 6] = [
        1.987_569_1e-4,
        1.398_2e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        5e-1,
    ];
    /// ln 2 in two parts, the first of few bits.
    const LN_2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
    let is_zero = simd.less_than_f32s(x, simd.splat_f32s(LOWEST));
    let x = simd.max_f32s(x, simd.splat_f32s(LOWEST));
    let rounded = simd.mul_add_f32s(x, simd.splat_f32s(std::f32::consts::LOG2_E), simd.splat_f32s(ROUND));
    let n = simd.sub_f32s(rounded, simd.splat_f32s(ROUND));
    let left = simd.mul_add_f32s(n, simd.splat_f32s(-LN_2.0), x);
    let left = simd.mul_add_f32s(n, simd.splat_f32s(-LN_2.1), left);
    let power = simd.mul_add_f32s(polynomial(simd, left, &COEFFICIENTS), simd.mul_f32s(left, left), left);
    let power = simd.add_f32s(power, simd.splat_f32s(1.0));
    // n goes to the exponent.
    let exponent = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(rounded), simd.splat_u32s(23));
    let scaled = simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(power), exponent));
    simd.select_f32s(is_zero, simd.splat_f32s(0.0), scaled)
}

/// Highest power first.
#[inline(always)]
fn polynomial<S: Simd>(simd: S, x: S::f32s, coefficients: &[f32]) -> S::f32s {
    let first = simd.splat_f32s(0.0);
    coefficients.iter().fold(first, |sum, &coefficient| {
        simd.mul_add_f32s(sum, x, simd.splat_f32s(coefficient))
    })
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn furthest(ours: &Tensor, theirs: &Tensor) -> f32 {
        (ours - theirs)
            .unwrap()
            .abs()
            .unwrap()
            .max_all()
            .unwrap()
            .to_scalar()
            .unwrap()
    }

    #[test]
    fn gelu_and_softmax_equal_candles() {
        for shape in [vec![1, 1], vec![3, 5], vec![2, 7, 577], vec![4, 40_001]] {
            let x = (Tensor::randn(0f32, 1.0, shape.as_slice(), &Device::Cpu).unwrap() * 6.0).unwrap();
            assert!(furthest(&gelu(x.copy().unwrap()).unwrap(), &x.gelu_erf().unwrap()) < 5e-6);
            let ours = softmax(&x).unwrap();
            assert!(furthest(&ours, &candle_nn::ops::softmax_last_dim(&x).unwrap()) < 1e-6);
        }
    }

    #[test]
    fn layer_norm_equals_candles() {
        for shape in [vec![1, 1], vec![3, 5], vec![2, 7, 577], vec![1, 100, 768]] {
            let width = shape[shape.len() - 1];
            let random = |shape: &[usize]| Tensor::randn(0.5f32, 2.0, shape, &Device::Cpu).unwrap();
            let (x, weight, bias) = (random(&shape), random(&[width]), random(&[width]));
            let theirs = candle_nn::ops::layer_norm_slow(&x, &weight, &bias, 1e-5).unwrap();
            let ours = LayerNorm::new(weight, bias, 1e-5).forward(&x).unwrap();
            assert!(
                furthest(&ours, &theirs) < 2e-5,
                "{shape:?}: {}",
                furthest(&ours, &theirs)
            );
        }
    }

    #[test]
    fn what_is_masked_gets_nothing() {
        let x = Tensor::new(&[[-3000f32, f32::NEG_INFINITY, -3000.0, -3200.0]], &Device::Cpu).unwrap();
        assert_eq!(softmax(&x).unwrap().to_vec2::<f32>().unwrap(), [[0.5, 0.0, 0.5, 0.0]]);
        let large = Tensor::new(&[-100f32, -50.0, 50.0, 1e30], &Device::Cpu).unwrap();
        let ours = gelu(large).unwrap().to_vec1::<f32>().unwrap();
        for (ours, (theirs, x)) in ours.iter().zip([(0.0, 100.0), (0.0, 50.0), (50.0, 50.0), (1e30, 1e30)]) {
            assert!((ours - theirs).abs() <= 5e-7 * x, "{ours} is not {theirs}");
        }
    }
}
