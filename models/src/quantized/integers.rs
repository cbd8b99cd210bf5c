//! Products of whole numbers: activations become signed bytes too, 32 of which share a scale, and AVX-512 VNNI multiplies bytes by the four in each lane.
//!
//! That takes a third of the time of widening the matrix. Each product is off by some thousandths, less than its matrix by having been quantized. What
//! `glance` says must be the same on every machine, so its matrices never come here.

// Vectors are read from memory through pointers, and the processor is asked once whether it has the instructions.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256, __m512, __m512i, _mm_set1_ps, _mm_storeu_si128, _mm256_cvtepi32_ps, _mm256_dpbusd_epi32, _mm256_fmadd_ps,
    _mm256_loadu_ps, _mm256_loadu_si256, _mm256_mul_ps, _mm256_set_m128, _mm256_set1_ps, _mm256_setzero_ps,
    _mm256_setzero_si256, _mm256_storeu_ps, _mm512_abs_ps, _mm512_cvtepi32_ps, _mm512_cvtps_epi32,
    _mm512_cvtsepi32_epi8, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mul_ps,
    _mm512_reduce_add_epi32, _mm512_reduce_max_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps,
    _mm512_setzero_si512, _mm512_storeu_ps,
};

use rayon::prelude::*;

use super::blocks::{Block, PART, PARTS, Scales};
use super::joined;

/// Outputs that are made side by side: one for each lane.
const LANES: usize = 16;
/// Outputs that a core takes at a time.
const SHARE: usize = 4 * LANES;
/// Four values make a lane's word.
const WORDS: usize = PART / 4;
/// For up to so many rows of input the matrix is not repacked.
const FEW: usize = 18;
/// Rows of input that are multiplied with a part of the matrix while it is in registers.
const ROWS: usize = 6;

/// Whether the processor has the instructions.
pub(super) fn are_fast() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni")
        && is_x86_feature_detected!("fma")
}

/// x, rows of `inputs` values, times rows of blocks, `stride` bytes each: the products [rows, outputs]. Only where [`are_fast`].
pub(super) fn product<B: Block>(x: &[f32], inputs: usize, weight: &[u8], stride: usize) -> Vec<f32> {
    let x = Activations::of::<B>(x, inputs, stride / B::BYTES * PARTS);
    let rows = x.rows();
    let shares: Vec<Vec<f32>> = weight
        .par_chunks(SHARE * stride)
        .map(|weight| {
            let mut output = vec![0f32; rows * (weight.len() / stride)];
            // SAFETY: the caller has asked for the instructions.
            unsafe { share::<B>(&x, weight, stride, &mut output) };
            output
        })
        .collect();
    joined(&shares, rows)
}

/// Rows of signed bytes, each row in parts of [`PART`].
struct Activations {
    /// The bytes of a part, four to a word.
    words: Vec<[i32; WORDS]>,
    /// What the bytes of a part are to be multiplied by.
    scales: Vec<f32>,
    /// The sums of what they stand for, of first and of second halves; all in the first where a block's halves share a scale.
    sums: [Vec<f32>; 2],
    /// In a row.
    parts: usize,
}

impl Activations {
    /// From rows of `inputs` values, with zeros behind them up to `parts` parts.
    fn of<B: Block>(x: &[f32], inputs: usize, parts: usize) -> Self {
        let count = x.len() / inputs * parts;
        let mut activations = Self {
            words: vec![[0; WORDS]; count],
            scales: vec![0.0; count],
            sums: [vec![0.0; count], vec![0.0; count]],
            parts,
        };
        let [first, second] = &mut activations.sums;
        let sums = first.par_chunks_mut(parts).zip(second.par_chunks_mut(parts));
        let scales = activations.scales.par_chunks_mut(parts).zip(sums);
        x.par_chunks(inputs)
            .zip(activations.words.par_chunks_mut(parts).zip(scales))
            .for_each(|(row, (words, (scales, (first, second))))| {
                // SAFETY: the caller has asked for the instructions.
                unsafe { bytes::<B>(row, words, scales, [first, second]) };
            });
        activations
    }

    fn rows(&self) -> usize {
        self.scales.len() / self.parts
    }
}

/// A row as signed bytes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn bytes<B: Block>(row: &[f32], words: &mut [[i32; WORDS]], scales: &mut [f32], sums: [&mut [f32]; 2]) {
    for (part, row) in row.chunks(PART).enumerate() {
        let mut values = [[0f32; LANES]; 2];
        values.as_flattened_mut()[..row.len()].copy_from_slice(row);
        let halves = values.map(|half| floats(&half));
        let largest = halves.map(|half| _mm512_reduce_max_ps(_mm512_abs_ps(half)));
        let scale = largest[0].max(largest[1]) / 127.0;
        let inverse = _mm512_set1_ps(if scale > 0.0 { scale.recip() } else { 0.0 });
        let whole = halves.map(|half| _mm512_cvtps_epi32(_mm512_mul_ps(half, inverse)));
        for (words, whole) in words[part].as_chunks_mut::<{ WORDS / 2 }>().0.iter_mut().zip(whole) {
            // SAFETY: 16 bytes have room.
            unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), _mm512_cvtsepi32_epi8(whole)) };
        }
        scales[part] = scale;
        let both = whole.map(|whole| scale * _mm512_reduce_add_epi32(whole) as f32);
        if B::FINE {
            sums[0][part] = both[0];
            sums[1][part] = both[1];
        } else {
            sums[0][part] = both[0] + both[1];
        }
    }
}

/// All rows times some rows of the matrix: [rows, outputs].
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn share<B: Block>(x: &Activations, weight: &[u8], stride: usize, output: &mut [f32]) {
    let (rows, columns) = (x.rows(), weight.len() / stride);
    if rows <= FEW {
        for first in (0..rows).step_by(3) {
            let output = &mut output[first * columns..];
            match rows - first {
                1 => few::<B, 1>(x, first, weight, stride, output),
                2 => few::<B, 2>(x, first, weight, stride, output),
                _ => few::<B, 3>(x, first, weight, stride, output),
            }
        }
        return;
    }
    for (number, weight) in weight.chunks(LANES * stride).enumerate() {
        let panel = Panel::of::<B>(weight, stride);
        let mut first = 0;
        while first + ROWS <= rows {
            panel.times::<B, ROWS>(x, first, &mut output[first * columns..], columns, number * LANES);
            first += ROWS;
        }
        for row in first..rows {
            panel.times::<B, 1>(x, row, &mut output[row * columns..], columns, number * LANES);
        }
    }
}

/// Few rows, which do without a panel: the values of a part stay in one register, and its eight lanes are added at the end.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn few<B: Block, const ROWS: usize>(x: &Activations, first: usize, weight: &[u8], stride: usize, output: &mut [f32]) {
    let columns = weight.len() / stride;
    for (column, row) in weight.chunks_exact(stride).enumerate() {
        let mut sums = [_mm256_setzero_ps(); ROWS];
        for (place, block) in row.chunks_exact(B::BYTES).enumerate() {
            let Scales { scales, offsets } = B::scales(block);
            let places: [usize; ROWS] = std::array::from_fn(|row| (first + row) * x.parts + place * PARTS);
            let mut both = [[[0f32; PARTS]; 2]; ROWS];
            for ((sum, both), place) in sums.iter_mut().zip(&mut both).zip(places) {
                let own = eight(&x.scales[place..]);
                for half in 0..if B::FINE { 2 } else { 1 } {
                    put(_mm256_mul_ps(eight(&scales[half]), own), &mut both[half]);
                    *sum = _mm256_fmadd_ps(eight(&offsets[half]), eight(&x.sums[half][place..]), *sum);
                }
            }
            // Each with a constant part.
            add::<B, ROWS, 0>(x, block, &both, &places, &mut sums);
            add::<B, ROWS, 1>(x, block, &both, &places, &mut sums);
            add::<B, ROWS, 2>(x, block, &both, &places, &mut sums);
            add::<B, ROWS, 3>(x, block, &both, &places, &mut sums);
            add::<B, ROWS, 4>(x, block, &both, &places, &mut sums);
            add::<B, ROWS, 5>(x, block, &both, &places, &mut sums);
            add::<B, ROWS, 6>(x, block, &both, &places, &mut sums);
            add::<B, ROWS, 7>(x, block, &both, &places, &mut sums);
        }
        for (row, sum) in sums.into_iter().enumerate() {
            let mut lanes = [0f32; 8];
            put(sum, &mut lanes);
            output[row * columns + column] = lanes.iter().sum();
        }
    }
}

/// Adds the products of one part of a block to the sums. `scales`: those of the block's parts times those of the activations.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn add<B: Block, const ROWS: usize, const AT: usize>(
    x: &Activations,
    block: &[u8],
    scales: &[[[f32; PARTS]; 2]; ROWS],
    places: &[usize; ROWS],
    sums: &mut [__m256; ROWS],
) {
    let numbers = B::numbers(block, AT);
    // SAFETY: 32 bytes are read.
    let numbers = unsafe { _mm256_loadu_si256(numbers.as_ptr().cast()) };
    for ((sum, place), [first, second]) in sums.iter_mut().zip(places).zip(scales) {
        let words: &[i32; WORDS] = &x.words[place + AT];
        // SAFETY: eight words are read.
        let words = unsafe { _mm256_loadu_si256(words.as_ptr().cast()) };
        let products = _mm256_cvtepi32_ps(_mm256_dpbusd_epi32(_mm256_setzero_si256(), numbers, words));
        let scale = if B::FINE {
            _mm256_set_m128(_mm_set1_ps(second[AT]), _mm_set1_ps(first[AT]))
        } else {
            _mm256_set1_ps(first[AT])
        };
        *sum = _mm256_fmadd_ps(products, scale, *sum);
    }
}

/// Up to [`LANES`] rows of the matrix side by side, one to a lane.
struct Panel {
    /// Part by part: the first four values of each row, the next four, ...
    words: Vec<[[u32; LANES]; WORDS]>,
    /// Of both halves of each part.
    scales: Vec<[[f32; LANES]; 2]>,
    offsets: Vec<[[f32; LANES]; 2]>,
    outputs: usize,
}

impl Panel {
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
    fn of<B: Block>(weight: &[u8], stride: usize) -> Self {
        let parts = stride / B::BYTES * PARTS;
        let mut panel = Self {
            words: vec![[[0; LANES]; WORDS]; parts],
            scales: vec![[[0.0; LANES]; 2]; parts],
            offsets: vec![[[0.0; LANES]; 2]; parts],
            outputs: weight.len() / stride,
        };
        for (lane, row) in weight.chunks_exact(stride).enumerate() {
            for (place, block) in row.chunks_exact(B::BYTES).enumerate() {
                let Scales { scales, offsets } = B::scales(block);
                for part in 0..PARTS {
                    let at = place * PARTS + part;
                    let numbers = B::numbers(block, part);
                    for (word, bytes) in panel.words[at].iter_mut().zip(numbers.as_chunks().0) {
                        word[lane] = u32::from_le_bytes(*bytes);
                    }
                    for half in 0..2 {
                        panel.scales[at][half][lane] = scales[half][part];
                        panel.offsets[at][half][lane] = offsets[half][part];
                    }
                }
            }
        }
        panel
    }

    /// Some rows from `first` on: into rows of `output`, `columns` long, from `column` on.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
    fn times<B: Block, const ROWS: usize>(
        &self,
        x: &Activations,
        first: usize,
        output: &mut [f32],
        columns: usize,
        column: usize,
    ) {
        let mut sums = [_mm512_setzero_ps(); ROWS];
        let rows: [usize; ROWS] = std::array::from_fn(|row| (first + row) * x.parts);
        for part in 0..x.parts {
            let words = self.words[part].map(|words| vector(&words));
            for half in 0..if B::FINE { 2 } else { 1 } {
                let (scale, offset) = (floats(&self.scales[part][half]), floats(&self.offsets[part][half]));
                for (sum, row) in sums.iter_mut().zip(rows) {
                    let bytes = &x.words[row + part];
                    let mut products = _mm512_setzero_si512();
                    for word in if B::FINE {
                        half * WORDS / 2..(half + 1) * WORDS / 2
                    } else {
                        0..WORDS
                    } {
                        products = _mm512_dpbusd_epi32(products, words[word], _mm512_set1_epi32(bytes[word]));
                    }
                    let scale = _mm512_mul_ps(scale, _mm512_set1_ps(x.scales[row + part]));
                    *sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products), scale, *sum);
                    *sum = _mm512_fmadd_ps(offset, _mm512_set1_ps(x.sums[half][row + part]), *sum);
                }
            }
        }
        for (row, sum) in sums.into_iter().enumerate() {
            let mut lanes = [0f32; LANES];
            // SAFETY: 16 values have room.
            unsafe { _mm512_storeu_ps(lanes.as_mut_ptr(), sum) };
            output[row * columns + column..][..self.outputs].copy_from_slice(&lanes[..self.outputs]);
        }
    }
}

#[inline]
#[target_feature(enable = "avx")]
fn eight(values: &[f32]) -> __m256 {
    let values = &values[..8];
    // SAFETY: eight values are read.
    unsafe { _mm256_loadu_ps(values.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx")]
fn put(values: __m256, target: &mut [f32; 8]) {
    // SAFETY: eight values have room.
    unsafe { _mm256_storeu_ps(target.as_mut_ptr(), values) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn vector(words: &[u32; LANES]) -> __m512i {
    // SAFETY: 16 words are read.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn floats(values: &[f32; LANES]) -> __m512 {
    // SAFETY: 16 values are read.
    unsafe { _mm512_loadu_ps(values.as_ptr()) }
}
