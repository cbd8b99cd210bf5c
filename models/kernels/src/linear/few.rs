//! Products with few rows of input: weights are read once, and not repacked as for large products, which takes several times as long.

// What runs inside `Arch::dispatch` is compiled for its vector width only where it is inlined into it.
#![allow(clippy::inline_always)]

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, bail};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::stored::{LARGE, Slice};
use crate::matmul::{Factor, View, matmul_serial};

/// Values of the widest vector: rows are whole numbers of them.
pub(super) const LANES: usize = 16;
/// Rows that are multiplied by a weight while it is in its register.
const BLOCK: usize = 4;
/// Rows of a large weight that a core takes at a time.
const CHUNK: usize = 64;

/// x [.., K] times W^T, W [N, K]: [.., N], f32. K is a whole number of [`LANES`].
pub(super) struct FewRows;

impl CustomOp2 for FewRows {
    fn name(&self) -> &'static str {
        "few-rows"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (outputs, width) = weight_layout.shape().dims2()?;
        let (Some((input_start, input_end)), Some((start, end))) =
            (input_layout.contiguous_offsets(), weight_layout.contiguous_offsets())
        else {
            bail!("few-rows: strided input")
        };
        let mut shape = input_layout.dims().to_vec();
        if shape.pop() != Some(width) {
            bail!(
                "few-rows: {:?} times the transposed {:?}",
                input_layout.shape(),
                weight_layout.shape()
            );
        }
        shape.push(outputs);
        let input = &input.as_slice::<f32>()?[input_start..input_end];
        let output = match Slice::of(weight, start, end)? {
            Slice::F32(weight) if weight.len() < LARGE => matmul_few(input, weight, width),
            weight => matmul_few_parallel(input, weight, width, outputs),
        };
        Ok((CpuStorage::F32(output), shape.into()))
    }
}

/// input [R, width] times the transposed weight [N, width]: [R, N].
fn matmul_few(input: &[f32], weight: &[f32], width: usize) -> Vec<f32> {
    let outputs = weight.len() / width;
    let mut output = vec![0f32; input.len() / width * outputs];
    Arch::new().dispatch(Matmul {
        input,
        weight,
        step: width,
        width,
        output: &mut output,
        outputs,
    });
    output
}

/// As [`matmul_few`] on all cores, [`CHUNK`] rows of the weight at a time; those of half precision are widened while they are in the cache.
fn matmul_few_parallel(input: &[f32], weight: Slice, width: usize, outputs: usize) -> Vec<f32> {
    let part = |first: usize| {
        let weight = weight.range(first * width, CHUNK.min(outputs - first) * width);
        if let Slice::F32(weight) = weight {
            return matmul_few(input, weight, width);
        }
        let mut wide = vec![0f32; CHUNK.min(outputs - first) * width];
        weight.widen(&mut wide);
        matmul_few(input, &wide, width)
    };
    let parts: Vec<Vec<f32>> = (0..outputs).into_par_iter().step_by(CHUNK).map(part).collect();
    let mut output = Vec::with_capacity(input.len() / width * outputs);
    for row in 0..input.len() / width {
        for (number, part) in parts.iter().enumerate() {
            let columns = CHUNK.min(outputs - number * CHUNK);
            output.extend_from_slice(&part[row * columns..][..columns]);
        }
    }
    output
}

/// Dot products of few queries [T, W], whose rows are dense, with keys [S, W]: [T, S].
///
/// # Panics
/// Where the widths differ.
pub fn dots(queries: View, keys: View) -> Vec<f32> {
    let ([tokens, width], [source, key_width]) = (queries.sizes(), keys.sizes());
    assert!(width == key_width, "queries of {width} values, keys of {key_width}");
    let lie_ready = width.is_multiple_of(LANES) && keys.steps()[1] == 1;
    if !lie_ready {
        return matmul_serial(queries, &Factor::View(keys.transposed()));
    }
    let mut output = vec![0f32; tokens * source];
    for (row, output) in output.chunks_exact_mut(source).enumerate() {
        Arch::new().dispatch(Matmul {
            input: queries.row(row),
            weight: keys.values(),
            step: keys.steps()[0],
            width,
            output,
            outputs: source,
        });
    }
    output
}

/// A type of its own because `pulp` compiles its `with_simd` once for each vector width of the processor family and takes
/// the widest at run time.
struct Matmul<'a> {
    /// Rows of `width` values.
    input: &'a [f32],
    /// `outputs` rows of `width` values, `step` apart.
    weight: &'a [f32],
    step: usize,
    width: usize,
    output: &'a mut [f32],
    outputs: usize,
}

impl WithSimd for Matmul<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.input.chunks(BLOCK * self.width);
        for (input, output) in rows.zip(self.output.chunks_mut(BLOCK * self.outputs)) {
            let block = Matmul { input, output, ..self };
            match input.len() / self.width {
                1 => block.rows::<S, 1>(simd),
                2 => block.rows::<S, 2>(simd),
                3 => block.rows::<S, 3>(simd),
                _ => block.rows::<S, BLOCK>(simd),
            }
        }
    }
}

impl Matmul<'_> {
    #[inline(always)]
    fn rows<S: Simd, const ROWS: usize>(self, simd: S) {
        let vectors = |values| S::as_simd_f32s(values).0;
        let rows: [_; ROWS] = std::array::from_fn(|row| vectors(&self.input[row * self.width..][..self.width]));
        for (column, weight) in self.weight.chunks(self.step).take(self.outputs).enumerate() {
            let weight = &weight[..self.width];
            let mut sums = [simd.splat_f32s(0.0); ROWS];
            for (place, &weight) in vectors(weight).iter().enumerate() {
                for row in 0..ROWS {
                    sums[row] = simd.mul_add_f32s(weight, rows[row][place], sums[row]);
                }
            }
            for (row, sum) in sums.into_iter().enumerate() {
                self.output[row * self.outputs + column] = simd.reduce_sum_f32s(sum);
            }
        }
    }
}
