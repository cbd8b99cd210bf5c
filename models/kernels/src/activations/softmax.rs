//! Softmax of rows.

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use pulp::{Arch, Simd, WithSimd};

use super::chunks::{CHUNK, is_ours, map_chunks};
use super::polynomial::polynomial;

/// exp(x) over its sum, in the last dimension.
pub fn softmax(x: &Tensor) -> Result<Tensor> {
    if is_ours(x) {
        x.contiguous()?.apply_op1_no_bwd(&Softmax)
    } else {
        candle_nn::ops::softmax_last_dim(x)
    }
}

struct Softmax;

impl CustomOp1 for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let width = layout.dims()[layout.dims().len() - 1];
        let rows = (CHUNK / width).max(1);
        map_chunks(storage, layout, rows * width, |x| scaled_softmax(x, width, 1.0))
    }
}

/// Softmax in place of rows of `width` values, which are multiplied by `scale`, above 0, first.
pub fn scaled_softmax(values: &mut [f32], width: usize, scale: f32) {
    let arch = Arch::new();
    for values in values.chunks_mut(width) {
        arch.dispatch(SoftmaxOf { values, scale });
    }
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
        let inverse = simd.splat_f32s(1.0 / sum);
        for x in vectors {
            *x = simd.mul_f32s(*x, inverse);
        }
        for x in rest {
            *x /= sum;
        }
    }
}

/// e^x for x up to 0, with a relative error below 2e-7; 0 below -87. As Cephes: 2^n times a polynomial for what is left.
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

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::random::{furthest, normal};

    #[test]
    fn softmax_equals_candles() {
        for shape in [vec![1, 1], vec![3, 5], vec![2, 7, 577], vec![4, 40_001]] {
            let x = normal(1, 0.0, 6.0, shape.as_slice());
            let theirs = candle_nn::ops::softmax_last_dim(&x).unwrap();
            assert!(furthest(&softmax(&x).unwrap(), &theirs) < 1e-6);
        }
    }

    #[test]
    fn what_is_masked_gets_nothing() {
        let x = Tensor::new(&[[-3000f32, f32::NEG_INFINITY, -3000.0, -3200.0]], &Device::Cpu).unwrap();
        assert_eq!(softmax(&x).unwrap().to_vec2::<f32>().unwrap(), [[0.5, 0.0, 0.5, 0.0]]);
    }
}
