//! Products of whole numbers: activations become signed bytes too, 32 of which share a scale, and AVX-512 VNNI multiplies bytes by the four in each lane.
//!
//! That takes a third of the time of widening the matrix. Each product is off by some thousandths, less than its matrix by having been quantized. What
//! `glance` says must be the same on every machine, so its matrices never come here.

// Vectors are read from memory through pointers, and the processor is asked once whether it has the instructions.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m512, _mm_storeu_si128, _mm512_abs_ps, _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_cvtps_epi32,
    _mm512_cvtsepi32_epi8, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_mask_storeu_ps,
    _mm512_maskz_loadu_ps, _mm512_max_ps, _mm512_mul_ps, _mm512_reduce_add_epi32, _mm512_reduce_max_ps,
    _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512,
};
use std::mem::MaybeUninit;

use candle_core::quantized::GgmlDType;
use candle_core::{Result, Tensor, bail};
use rayon::prelude::*;

use super::blocks::{PART, PARTS, Q4K, Q6K, Q8_0};
use super::columns::concat_columns;
use super::padding::padded;
use super::panels::{self, LANES, Line, Panel, Part, WORDS};
use crate::parallel::written;
use crate::values::{bias_or_zeros, with_values};

/// Panels that a core takes at a time, for few rows of input.
const CHUNK: usize = 4;
/// Most rows of input for which each core takes some outputs. With more, each takes some rows and unpacks the whole matrix.
const FEW: usize = 18;
/// Rows of input and panels whose products and sums are in registers at a time.
const ROWS: usize = 6;
const PANELS: usize = 2;

/// Whether the processor has the instructions.
pub(super) fn are_fast() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni")
        && is_x86_feature_detected!("fma")
}

/// A matrix [outputs, inputs]. Made only where [`are_fast`].
#[derive(Debug)]
pub struct Panels {
    lines: Vec<Line>,
    dtype: GgmlDType,
    /// In a row.
    blocks: usize,
    outputs: usize,
    inputs: usize,
}

impl Panels {
    /// From the blocks of a matrix of the [`padded`] sizes.
    pub(super) fn of(blocks: &[u8], dtype: GgmlDType, outputs: usize, inputs: usize) -> Result<Self> {
        let [rows, columns] = padded(outputs, inputs);
        let stride = blocks.len() / rows;
        let row = columns / dtype.block_size() * dtype.type_size();
        if blocks.len() != rows * row {
            bail!("{} bytes are no {rows} x {columns} in {dtype:?}", blocks.len());
        }
        let lines = match dtype {
            GgmlDType::Q8_0 => panels::lines::<Q8_0>(blocks, stride),
            GgmlDType::Q6K => panels::lines::<Q6K>(blocks, stride),
            GgmlDType::Q4K => panels::lines::<Q4K>(blocks, stride),
            other => bail!("matrices are quantized to Q8_0, Q6_K or Q4_K, not {other:?}"),
        };
        Ok(Self {
            lines,
            dtype,
            blocks: columns / (PARTS * PART),
            outputs,
            inputs,
        })
    }

    /// The values of a row.
    pub(super) fn row(&self, row: usize) -> Result<Vec<f32>> {
        if row >= self.outputs {
            bail!("a matrix of {} rows has no row {row}", self.outputs);
        }
        let mut values = match self.dtype {
            GgmlDType::Q8_0 => panels::row::<Q8_0>(&self.lines, self.blocks, row),
            GgmlDType::Q6K => panels::row::<Q6K>(&self.lines, self.blocks, row),
            _ => panels::row::<Q4K>(&self.lines, self.blocks, row),
        };
        values.truncate(self.inputs);
        Ok(values)
    }

    /// x [rows, inputs] times the transposed matrix, plus a bias [outputs] or nothing: [rows, outputs].
    pub(super) fn times(&self, x: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        if x.dim(1)? != self.inputs {
            bail!(
                "{:?} times the transposed {} x {}",
                x.shape(),
                self.outputs,
                self.inputs
            );
        }
        let bias = bias_or_zeros(bias, self.outputs)?;
        let product = with_values(x, |x| {
            Ok(match self.dtype {
                GgmlDType::Q8_0 => self.matmul::<Q8_0>(x, &bias),
                GgmlDType::Q6K => self.matmul::<Q6K>(x, &bias),
                _ => self.matmul::<Q4K>(x, &bias),
            })
        })?;
        Tensor::from_vec(product, (x.dim(0)?, self.outputs), x.device())
    }

    fn matmul<B: Panel>(&self, x: &[f32], bias: &[f32]) -> Vec<f32> {
        let parts = self.blocks * PARTS;
        let x = bytes::<B>(x, self.inputs, parts);
        let (rows, panel) = (x.len() / parts, self.blocks * B::LINES);
        if rows <= FEW {
            let used = &self.lines[..self.outputs.div_ceil(LANES) * panel];
            let parts_of_outputs: Vec<Vec<f32>> = used
                .par_chunks(CHUNK * panel)
                .zip(bias.par_chunks(CHUNK * LANES))
                .map(|(lines, bias)| {
                    // SAFETY: panels are made only where the instructions are, and all rows times all of these are written.
                    unsafe {
                        written(rows * bias.len(), |output| {
                            few::<B>(&x, parts, lines, bias, output);
                        })
                    }
                })
                .collect();
            return concat_columns(&parts_of_outputs, rows);
        }
        let chunk = rows.div_ceil(rayon::current_num_threads()).next_multiple_of(ROWS);
        let write = |output: &mut [MaybeUninit<f32>]| {
            output
                .par_chunks_mut(chunk * self.outputs)
                .zip(x.par_chunks(chunk * parts))
                // SAFETY: panels are made only where the instructions are.
                .for_each(|(output, x)| unsafe { many::<B>(x, parts, &self.lines, bias, output) });
        };
        // SAFETY: all rows times all panels are written.
        unsafe { written(rows * self.outputs, write) }
    }
}

/// 32 neighbouring activations of a row as signed bytes.
#[derive(Clone, Copy, Default)]
struct Bytes {
    /// Four to a word.
    words: [i32; WORDS],
    /// The scale of the bytes: an activation is its byte times this.
    scale: f32,
    /// From where to count their products with a matrix whose numbers are shifted: the whole's, or each half's.
    starts: [i32; 2],
    /// Sum of the activations, rounded as the bytes have them.
    sum: f32,
}

/// Rows of `inputs` values, with zeros behind them up to `parts` parts.
fn bytes<B: Panel>(x: &[f32], inputs: usize, parts: usize) -> Vec<Bytes> {
    let mut bytes = vec![Bytes::default(); x.len() / inputs * parts];
    x.par_chunks(inputs)
        .zip(bytes.par_chunks_mut(parts))
        // SAFETY: panels are made only where the instructions are.
        .for_each(|(row, bytes)| unsafe { round::<B>(row, bytes) });
    bytes
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn round<B: Panel>(row: &[f32], bytes: &mut [Bytes]) {
    for (row, bytes) in row.chunks(PART).zip(bytes) {
        let mut values = [[0f32; LANES]; 2];
        values.as_flattened_mut()[..row.len()].copy_from_slice(row);
        // SAFETY: 16 values are read.
        let [first, second] = unsafe { [_mm512_loadu_ps(values[0].as_ptr()), _mm512_loadu_ps(values[1].as_ptr())] };
        let largest = _mm512_reduce_max_ps(_mm512_max_ps(_mm512_abs_ps(first), _mm512_abs_ps(second)));
        let scale = largest / 127.0;
        let inverse = _mm512_set1_ps(if scale > 0.0 { scale.recip() } else { 0.0 });
        let first = _mm512_cvtps_epi32(_mm512_mul_ps(first, inverse));
        let second = _mm512_cvtps_epi32(_mm512_mul_ps(second, inverse));
        let (low, high) = bytes.words.split_at_mut(WORDS / 2);
        // SAFETY: 16 bytes have room in each.
        unsafe {
            _mm_storeu_si128(low.as_mut_ptr().cast(), _mm512_cvtsepi32_epi8(first));
            _mm_storeu_si128(high.as_mut_ptr().cast(), _mm512_cvtsepi32_epi8(second));
        }
        let (first, second) = (_mm512_reduce_add_epi32(first), _mm512_reduce_add_epi32(second));
        bytes.scale = scale;
        bytes.starts = if B::FINE {
            [-B::SHIFT * first, -B::SHIFT * second]
        } else {
            [-B::SHIFT * (first + second), 0]
        };
        bytes.sum = scale * (first + second) as f32;
    }
}

/// All rows times some panels, each part of which is unpacked on its way from memory: [rows, as many as `bias`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn few<B: Panel>(x: &[Bytes], parts: usize, lines: &[Line], bias: &[f32], output: &mut [MaybeUninit<f32>]) {
    let columns = bias.len();
    let panels = lines.chunks_exact(parts / PARTS * B::LINES).zip(bias.chunks(LANES));
    for (panel, (lines, bias)) in panels.enumerate() {
        for (group, x) in x.chunks(3 * parts).enumerate() {
            let output = &mut output[3 * group * columns + panel * LANES..];
            match x.len() / parts {
                1 => put(packed::<B, 1>(lines, x), bias, output, columns),
                2 => put(packed::<B, 2>(lines, x), bias, output, columns),
                _ => put(packed::<B, 3>(lines, x), bias, output, columns),
            }
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn packed<B: Panel, const ROWS: usize>(lines: &[Line], x: &[Bytes]) -> [[__m512; 1]; ROWS] {
    let rows = rows(x);
    let mut sums = [[_mm512_setzero_ps()]; ROWS];
    // By twos, which share their lines in some formats.
    for first in (0..x.len() / ROWS).step_by(2) {
        let lines = &lines[first / PARTS * B::LINES..][..B::LINES];
        for at in [first, first + 1] {
            // SAFETY: this is compiled for the instructions.
            let weight = unsafe { B::part(lines, at % PARTS) };
            add::<B, ROWS, 1>([&weight], &rows, at, &mut sums);
        }
    }
    sums
}

/// Many rows times the whole matrix, two panels at a time, each unpacked once: [rows, as many as `bias`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn many<B: Panel>(x: &[Bytes], parts: usize, lines: &[Line], bias: &[f32], output: &mut [MaybeUninit<f32>]) {
    let columns = bias.len();
    let panel = parts / PARTS * B::LINES;
    let mut weights = Vec::with_capacity(PANELS * parts);
    let pairs = lines.chunks(PANELS * panel).zip(bias.chunks(PANELS * LANES));
    for (pair, (lines, bias)) in pairs.enumerate() {
        weights.clear();
        for lines in lines.chunks_exact(B::LINES) {
            for part in 0..PARTS {
                // SAFETY: this is compiled for the instructions.
                weights.push(unsafe { B::part(lines, part) });
            }
        }
        let output = &mut output[pair * PANELS * LANES..];
        if bias.len() > LANES {
            let weights = [&weights[..parts], &weights[parts..]];
            all_rows::<B, PANELS>(weights, x, bias, output, columns);
        } else {
            all_rows::<B, 1>([&weights[..parts]], x, bias, output, columns);
        }
    }
}

/// Rows of x times some panels, as many as fit into registers and then one by one.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn all_rows<B: Panel, const PANELS: usize>(
    weights: [&[Part]; PANELS],
    x: &[Bytes],
    bias: &[f32],
    output: &mut [MaybeUninit<f32>],
    columns: usize,
) {
    let parts = weights[0].len();
    let groups = x.chunks_exact(ROWS * parts);
    let first = groups.len() * ROWS;
    for (row, x) in groups.remainder().chunks_exact(parts).enumerate() {
        put(
            unpacked::<B, 1, PANELS>(weights, x),
            bias,
            &mut output[(first + row) * columns..],
            columns,
        );
    }
    for (group, x) in groups.enumerate() {
        put(
            unpacked::<B, ROWS, PANELS>(weights, x),
            bias,
            &mut output[ROWS * group * columns..],
            columns,
        );
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn unpacked<B: Panel, const ROWS: usize, const PANELS: usize>(
    weights: [&[Part]; PANELS],
    x: &[Bytes],
) -> [[__m512; PANELS]; ROWS] {
    let rows = rows(x);
    let mut sums = [[_mm512_setzero_ps(); PANELS]; ROWS];
    for at in 0..x.len() / ROWS {
        let mut parts = [&weights[0][at]; PANELS];
        for (part, weights) in parts.iter_mut().zip(weights) {
            *part = &weights[at];
        }
        add::<B, ROWS, PANELS>(parts, &rows, at, &mut sums);
    }
    sums
}

fn rows<const ROWS: usize>(x: &[Bytes]) -> [&[Bytes]; ROWS] {
    let width = x.len() / ROWS;
    std::array::from_fn(|row| &x[row * width..][..width])
}

/// Adds the products of one part of some rows and panels to their sums.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn add<B: Panel, const ROWS: usize, const PANELS: usize>(
    parts: [&Part; PANELS],
    rows: &[&[Bytes]; ROWS],
    at: usize,
    sums: &mut [[__m512; PANELS]; ROWS],
) {
    let halves = if B::FINE { 2 } else { 1 };
    for half in 0..halves {
        let mut products = [[_mm512_setzero_si512(); PANELS]; ROWS];
        for row in 0..ROWS {
            products[row] = [_mm512_set1_epi32(rows[row][at].starts[half]); PANELS];
        }
        for word in half * WORDS / halves..(half + 1) * WORDS / halves {
            for row in 0..ROWS {
                let x = _mm512_set1_epi32(rows[row][at].words[word]);
                for panel in 0..PANELS {
                    products[row][panel] = _mm512_dpbusd_epi32(products[row][panel], parts[panel].words[word], x);
                }
            }
        }
        for row in 0..ROWS {
            let own = _mm512_set1_ps(rows[row][at].scale);
            for panel in 0..PANELS {
                let scale = _mm512_mul_ps(parts[panel].scales[half], own);
                let products = _mm512_cvtepi32_ps(products[row][panel]);
                sums[row][panel] = _mm512_fmadd_ps(products, scale, sums[row][panel]);
            }
        }
    }
    if B::OFFSETS {
        for row in 0..ROWS {
            let sum = _mm512_set1_ps(rows[row][at].sum);
            for panel in 0..PANELS {
                sums[row][panel] = _mm512_fmadd_ps(parts[panel].offset, sum, sums[row][panel]);
            }
        }
    }
}

/// As many of each row's sums as there is bias, plus that, into rows of `output`, `columns` apart.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn put<const ROWS: usize, const PANELS: usize>(
    sums: [[__m512; PANELS]; ROWS],
    bias: &[f32],
    output: &mut [MaybeUninit<f32>],
    columns: usize,
) {
    for (panel, bias) in bias.chunks(LANES).enumerate() {
        let lanes = u16::MAX >> (LANES - bias.len());
        // SAFETY: no more lanes are read than there are.
        let plus = unsafe { _mm512_maskz_loadu_ps(lanes, bias.as_ptr()) };
        for (row, sums) in sums.iter().enumerate() {
            let target = &mut output[row * columns + panel * LANES..][..bias.len()];
            // SAFETY: no more lanes are written than have room.
            unsafe { _mm512_mask_storeu_ps(target.as_mut_ptr().cast(), lanes, _mm512_add_ps(sums[panel], plus)) };
        }
    }
}
