//! Products by the `gemm` crate.

use gemm::Parallelism;

use super::target::Target;
use super::view::View;

/// a [R, K], whose rows are dense, times b [K, N] plus a bias [N] or nothing.
///
/// # Safety
/// As [`super::multiply::matmul_into`], which has checked the sizes.
pub(super) unsafe fn matmul_into(a: View, b: View, bias: &[f32], target: Target) {
    // SAFETY: the views lie within their values; the caller vouches for the target and the sizes.
    unsafe {
        let [rows, depth] = a.sizes();
        for row in 0..rows {
            std::ptr::copy_nonoverlapping(bias.as_ptr(), target.at(row, 0).start(), bias.len());
        }
        gemm::gemm(
            rows,
            b.sizes()[1],
            depth,
            target.start(),
            1,
            target.row_step() as isize,
            !bias.is_empty(),
            a.values().as_ptr(),
            1,
            a.steps()[0] as isize,
            b.values().as_ptr(),
            b.steps()[1] as isize,
            b.steps()[0] as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}
