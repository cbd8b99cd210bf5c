//! Erf GELU ("Gaussian Error Linear Units", 2016).

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]
// Memory is written before it has values.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use pulp::{Arch, Simd, WithSimd};

use super::chunks::{CHUNK, fill_chunks, is_ours};
use super::polynomial::polynomial;

/// x (1 + erf(x / sqrt 2)) / 2 of each value, in new memory: clones of a tensor share theirs.
pub fn gelu(x: Tensor) -> Result<Tensor> {
    if is_ours(&x) {
        x.contiguous()?.apply_op1_no_bwd(&Gelu)
    } else {
        x.gelu_erf()
    }
}

struct Gelu;

impl CustomOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let arch = Arch::new();
        let write = |source: &[f32], target: &mut [MaybeUninit<f32>]| arch.dispatch(GeluOf { source, target });
        // SAFETY: it writes each value.
        unsafe { fill_chunks(storage, layout, CHUNK, write) }
    }
}

/// Values, and where as many go.
struct GeluOf<'a> {
    source: &'a [f32],
    target: &'a mut [MaybeUninit<f32>],
}

impl WithSimd for GeluOf<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (vectors, rest) = S::as_simd_f32s(self.source);
        let (targets, last) = S::as_uninit_mut_simd_f32s(self.target);
        for (target, &x) in targets.iter_mut().zip(vectors) {
            target.write(gelu_of(simd, x));
        }
        let last = last.write_copy_of_slice(rest);
        let values = gelu_of(simd, simd.partial_load_f32s(last));
        simd.partial_store_f32s(last, values);
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

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::random::{furthest, normal};

    #[test]
    fn gelu_equals_candles() {
        for shape in [vec![1, 1], vec![3, 5], vec![2, 7, 577], vec![4, 40_001]] {
            let x = normal(1, 0.0, 6.0, shape.as_slice());
            assert!(furthest(&gelu(x.clone()).unwrap(), &x.gelu_erf().unwrap()) < 5e-6);
        }
    }

    #[test]
    fn large_values_of_either_sign_stay_exact() {
        let large = Tensor::new(&[-100f32, -50.0, 50.0, 1e30], &Device::Cpu).unwrap();
        let ours = gelu(large).unwrap().to_vec1::<f32>().unwrap();
        for (ours, (theirs, x)) in ours.iter().zip([(0.0, 100.0), (0.0, 50.0), (50.0, 50.0), (1e30, 1e30)]) {
            assert!((ours - theirs).abs() <= 5e-7 * x, "{ours} is not {theirs}");
        }
    }

    #[test]
    fn a_clone_keeps_its_values() {
        let x = normal(2, 0.0, 1.0, (3, 40_000));
        let (clone, part) = (x.clone(), x.narrow(0, 1, 1).unwrap());
        let before = x.copy().unwrap();
        gelu(x).unwrap();
        gelu(part).unwrap();
        assert_eq!(furthest(&clone, &before), 0.0);
    }
}
