//! Products with many rows of input, shared by the cores: each makes some columns, in their place and on top of the bias.

// Columns of one array are written by several cores, which no safe slice can express.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use candle_core::{Result, Tensor, bail};
use gemm::Parallelism;
use rayon::prelude::*;

use super::{bias_or_zeros, with_values};
use crate::shares::written;

/// x [R, K] times W^T, W [N, K], plus a bias [N] or nothing: [R, N]. All f32 and contiguous, on the CPU.
pub(super) fn times(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let ((rows, inputs), (outputs, width)) = (x.dims2()?, weight.dims2()?);
    if inputs != width {
        bail!("{rows} x {inputs} times the transposed {outputs} x {width}");
    }
    let bias = bias_or_zeros(bias, outputs)?;
    let product = with_values(x, |x| {
        with_values(weight, |weight| Ok(product(x, weight, &bias, inputs)))
    })?;
    Tensor::from_vec(product, (rows, outputs), x.device())
}

/// Where the first column of a share begins.
struct Columns(*mut f32);

// SAFETY: no two shares have a column in common.
unsafe impl Send for Columns {}
// SAFETY: as above.
unsafe impl Sync for Columns {}

fn product(x: &[f32], weight: &[f32], bias: &[f32], inputs: usize) -> Vec<f32> {
    let (rows, outputs) = (x.len() / inputs, bias.len());
    let share = outputs.div_ceil(rayon::current_num_threads());
    let write = |output: &mut [MaybeUninit<f32>]| {
        let start = output.as_mut_ptr().cast::<f32>();
        let shares: Vec<(usize, Columns)> = (0..outputs)
            .step_by(share)
            .map(|first| (first, Columns(start.wrapping_add(first))))
            .collect();
        shares.par_iter().for_each(|(first, Columns(target))| {
            let bias = &bias[*first..outputs.min(first + share)];
            let weight = &weight[first * inputs..][..bias.len() * inputs];
            // SAFETY: the share's columns of all rows lie within the array and are written here alone; they have the bias before they
            // are read. `x` is rows x inputs, `weight` columns x inputs.
            unsafe {
                for row in 0..rows {
                    std::ptr::copy_nonoverlapping(bias.as_ptr(), target.add(row * outputs), bias.len());
                }
                let (row, column) = (outputs as isize, inputs as isize);
                gemm::gemm(
                    rows,
                    bias.len(),
                    inputs,
                    *target,
                    1,
                    row,
                    true,
                    x.as_ptr(),
                    1,
                    column,
                    weight.as_ptr(),
                    column,
                    1,
                    1.0,
                    1.0,
                    false,
                    false,
                    false,
                    Parallelism::None,
                );
            }
        });
    };
    // SAFETY: all columns of all rows are written.
    unsafe { written(rows * outputs, write) }
}
