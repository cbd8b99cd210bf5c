//! Polynomials in vector instructions.

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

use pulp::Simd;

/// A polynomial of x. Coefficients: that of the highest power first.
#[inline(always)]
pub(super) fn polynomial<S: Simd>(simd: S, x: S::f32s, coefficients: &[f32]) -> S::f32s {
    let first = simd.splat_f32s(0.0);
    coefficients.iter().fold(first, |sum, &coefficient| {
        simd.mul_add_f32s(sum, x, simd.splat_f32s(coefficient))
    })
}
