//! Products on all cores, on one, and into memory among other values.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::factor::Factor;
use super::gemm;
use super::target::Target;
use super::view::View;
use crate::parallel::written;

#[cfg(target_arch = "x86_64")]
use super::tiles;

/// Products with this many multiplications, some hundred microseconds' worth, are spread over the cores.
pub const LARGE: usize = 1 << 26;
/// Columns that a core takes at a time, and rows where there are few columns.
const COLUMNS: usize = 32;
const ROWS: usize = 96;

/// a [R, K], whose rows are dense, times b [K, N], plus a bias [N] or nothing where it is empty: [R, N]. Large products are spread over the cores.
///
/// # Panics
/// Where the sizes do not fit together.
pub fn matmul(a: View, b: View, bias: &[f32]) -> Vec<f32> {
    let ([rows, depth], columns) = (a.sizes(), b.sizes()[1]);
    check(a, b.sizes(), bias);
    let write = |output: &mut [MaybeUninit<f32>]| {
        let target = Target::new(output, columns);
        let part = |rows: [usize; 2], columns: [usize; 2]| {
            let bias = bias.get(columns[0]..columns[0] + columns[1]).unwrap_or_default();
            let a = a.part([rows[0], 0], [rows[1], depth]);
            let b = b.part([0, columns[0]], [depth, columns[1]]);
            // SAFETY: these rows and columns lie within the output, and no other part has them.
            unsafe { matmul_into(a, &Factor::View(b), bias, target.at(rows[0], columns[0])) };
        };
        let cores = rayon::current_num_threads();
        if cores == 1 || rows * columns * depth < LARGE {
            part([0, rows], [0, columns]);
        } else if columns >= COLUMNS * cores * 2 {
            let chunks = (0..columns).into_par_iter().step_by(COLUMNS);
            chunks.for_each(|first| part([0, rows], [first, COLUMNS.min(columns - first)]));
        } else {
            let chunks = (0..rows).into_par_iter().step_by(ROWS);
            chunks.for_each(|first| part([first, ROWS.min(rows - first)], [0, columns]));
        }
    };
    // SAFETY: the parts make up the whole.
    unsafe { written(count(rows, columns), write) }
}

/// As [`matmul`], without a bias and on this core alone.
///
/// # Panics
/// Where the sizes do not fit together.
pub fn matmul_serial(a: View, b: &Factor) -> Vec<f32> {
    let (rows, columns) = (a.sizes()[0], b.sizes()[1]);
    // SAFETY: the product is as large as that.
    unsafe {
        written(count(rows, columns), |output| {
            matmul_into(a, b, &[], Target::new(output, columns));
        })
    }
}

/// As [`matmul`], on this core alone, into `target`.
///
/// # Safety
/// R rows of N values must have room there, and nobody else may use them meanwhile.
pub unsafe fn matmul_into(a: View, b: &Factor, bias: &[f32], target: Target) {
    check(a, b.sizes(), bias);
    let b = match b {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: panels are made only where the instructions are; the caller vouches for the target.
        Factor::Panels(b) => return unsafe { tiles::multiply(a, b, bias, target) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Factor::View(b) if tiles::are_fast() => return unsafe { tiles::multiply_view(a, *b, bias, target) },
        Factor::View(b) => b,
    };
    // SAFETY: the caller vouches for the target.
    unsafe { gemm::matmul_into(a, *b, bias, target) };
}

/// The kernels read through pointers and believe these sizes.
fn check(a: View, [depth, columns]: [usize; 2], bias: &[f32]) {
    assert!(
        a.sizes()[1] == depth && a.has_dense_rows() && (bias.is_empty() || bias.len() == columns),
        "{:?} values in steps of {:?} times {depth} x {columns}, plus a bias of {}",
        a.sizes(),
        a.steps(),
        bias.len()
    );
}

/// Values of a product. Views without steps may have more rows and columns than there is memory.
fn count(rows: usize, columns: usize) -> usize {
    let count = rows.checked_mul(columns);
    assert!(count.is_some(), "{rows} x {columns} values are too many");
    count.unwrap_or_default()
}
