//! Quantized matrices as AVX-512 VNNI reads them: 16 outputs side by side, one to a lane, in the order in which they are multiplied.
//!
//! GGML's blocks would have to be taken apart for each product. Here the bytes of 16 rows that belong to the same four inputs make a vector, so that
//! nothing is added across its lanes, and a matrix comes out of memory as fast as that can give it.

// Vectors are read from memory through pointers; memory is written before it has values.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128i, __m512, __m512i, _MM_HINT_T0, _mm_loadu_si128, _mm_prefetch, _mm256_loadu_si256, _mm512_and_si512,
    _mm512_cvtepi8_epi32, _mm512_cvtepi32_ps, _mm512_cvtepu8_epi32, _mm512_cvtph_ps, _mm512_load_si512, _mm512_mul_ps,
    _mm512_or_si512, _mm512_set1_epi8, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_slli_epi16, _mm512_srli_epi16,
    _mm512_storeu_ps, _mm512_storeu_si512, _mm512_sub_ps,
};
use std::mem::MaybeUninit;
use std::sync::atomic::{Ordering, compiler_fence};

use rayon::prelude::*;

use super::blocks::{Block, PART, PARTS, Q4K, Q6K, Q8_0};
use crate::parallel::written;

/// Outputs that lie side by side.
pub(super) const LANES: usize = 16;
/// Four numbers make a lane's word.
pub(super) const WORDS: usize = PART / 4;

/// Lines that are prefetched: the processor alone keeps too few on their way while it takes numbers apart.
const AHEAD: usize = 64;

/// A vector in memory, where it does not cross the lines of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Line([u8; 64]);

/// One part of each of 16 rows, side by side.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// Each row's first four numbers, its next four, ...
    pub(super) words: [__m512i; WORDS],
    /// Scales of the first and of the second half.
    pub(super) scales: [__m512; 2],
    /// Added to each value of the part.
    pub(super) offset: __m512,
}

/// How the blocks of 16 rows lie in lines. A value is its number less `SHIFT`, times a scale, plus an offset where there are any.
pub(super) trait Panel: Block {
    const LINES: usize;
    const SHIFT: i32;
    /// Whether the halves of a part have scales of their own.
    const FINE: bool;
    const OFFSETS: bool;

    /// Writes the numbers and scales of one row's block into its lane of lines that were zeros.
    fn put(block: &[u8], lane: usize, lines: &mut [Line]);

    /// A part of all rows.
    ///
    /// # Safety
    /// The processor must have the instructions.
    unsafe fn part(lines: &[Line], part: usize) -> Part;
}

/// Lines of all rows of blocks, `stride` bytes each: 16 rows after the other, each block by block.
pub(super) fn lines<B: Panel>(weight: &[u8], stride: usize) -> Vec<Line> {
    let length = stride / B::BYTES * B::LINES;
    let panels = weight.len() / (LANES * stride);
    let panel = |(lines, rows): (&mut [MaybeUninit<Line>], &[u8])| {
        lines.fill(MaybeUninit::new(Line([0; 64])));
        // SAFETY: they were written.
        let lines = unsafe { lines.assume_init_mut() };
        for (lane, row) in rows.chunks_exact(stride).enumerate() {
            for (block, lines) in row.chunks_exact(B::BYTES).zip(lines.chunks_exact_mut(B::LINES)) {
                B::put(block, lane, lines);
            }
        }
    };
    let write = |lines: &mut [MaybeUninit<Line>]| {
        let panels = lines.par_chunks_mut(length);
        panels.zip(weight.par_chunks_exact(LANES * stride)).for_each(panel);
    };
    // SAFETY: each panel is written.
    unsafe { written(panels * length, write) }
}

/// The values of a row of the matrix, `blocks` long.
pub(super) fn row<B: Panel>(lines: &[Line], blocks: usize, row: usize) -> Vec<f32> {
    let panel = &lines[row / LANES * blocks * B::LINES..][..blocks * B::LINES];
    let parts = panel
        .chunks_exact(B::LINES)
        .flat_map(|block| (0..PARTS).map(move |part| (block, part)));
    parts
        // SAFETY: panels are made only where the instructions are.
        .flat_map(|(block, part)| unsafe { values::<B>(block, part, row % LANES) })
        .collect()
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn values<B: Panel>(block: &[Line], part: usize, lane: usize) -> [f32; PART] {
    // SAFETY: the caller has the instructions.
    let part = unsafe { B::part(block, part) };
    let scales = part.scales.map(|scale| lanes(scale)[lane]);
    let offset = lanes(part.offset)[lane];
    let words = part.words.map(|words| {
        let mut bytes = [0u8; 64];
        // SAFETY: 64 bytes have room.
        unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), words) };
        std::array::from_fn::<u8, 4, _>(|at| bytes[4 * lane + at])
    });
    let numbers = words.as_flattened();
    std::array::from_fn(|at| (i32::from(numbers[at]) - B::SHIFT) as f32 * scales[2 * at / PART] + offset)
}

impl Panel for Q8_0 {
    /// For each two parts a line of scales (float16), then their words.
    const LINES: usize = PARTS / 2 * (1 + 2 * WORDS);
    const SHIFT: i32 = 128;
    const FINE: bool = false;
    const OFFSETS: bool = false;

    fn put(block: &[u8], lane: usize, lines: &mut [Line]) {
        for part in 0..PARTS {
            let pair = &mut lines[part / 2 * (1 + 2 * WORDS)..];
            pair[0].0[part % 2 * 32 + 2 * lane..][..2].copy_from_slice(&block[part * 34..][..2]);
            put(&mut pair[1 + part % 2 * WORDS..], lane, Self::numbers(block, part));
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    unsafe fn part(lines: &[Line], part: usize) -> Part {
        let pair = &lines[part / 2 * (1 + 2 * WORDS)..][..=2 * WORDS];
        let words = &pair[1 + part % 2 * WORDS..][..WORDS];
        let mut part = Part {
            words: [_mm512_setzero_si512(); WORDS],
            scales: [halves(&pair[0], part % 2 * 32); 2],
            offset: _mm512_setzero_ps(),
        };
        for (word, line) in part.words.iter_mut().zip(words) {
            *word = vector(line);
        }
        part
    }
}

impl Panel for Q6K {
    /// The blocks' scales (float16); then for each four parts two lines of scales, the words' high quarters and two halves.
    const LINES: usize = 1 + PARTS / 4 * (2 + 3 * WORDS);
    const SHIFT: i32 = 32;
    const FINE: bool = true;
    const OFFSETS: bool = false;

    fn put(block: &[u8], lane: usize, lines: &mut [Line]) {
        lines[0].0[2 * lane..][..2].copy_from_slice(&block[208..210]);
        for part in 0..PARTS {
            let four = &mut lines[1 + part / 4 * (2 + 3 * WORDS)..];
            for half in 0..2 {
                four[part % 4 / 2].0[part % 2 * 32 + half * LANES + lane] = block[192 + 2 * part + half];
            }
            let numbers = Self::numbers(block, part);
            put(
                &mut four[2..],
                lane,
                numbers.map(|number| number >> 4 << (part % 4 * 2)),
            );
            let low = &mut four[2 + (1 + part % 4 / 2) * WORDS..];
            put(low, lane, numbers.map(|number| (number & 15) << (part % 2 * 4)));
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    unsafe fn part(lines: &[Line], part: usize) -> Part {
        let whole = halves(&lines[0], 0);
        let four = &lines[1 + part / 4 * (2 + 3 * WORDS)..][..2 + 3 * WORDS];
        let scale = |half| {
            let numbers = sixteen(&four[part % 4 / 2], part % 2 * 32 + half * LANES);
            _mm512_mul_ps(whole, _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(numbers)))
        };
        let (high, low) = (&four[2..][..WORDS], &four[2 + (1 + part % 4 / 2) * WORDS..][..WORDS]);
        let (half, top) = (_mm512_set1_epi8(15), _mm512_set1_epi8(0x30));
        let mut words = [_mm512_setzero_si512(); WORDS];
        for (word, (low, high)) in words.iter_mut().zip(low.iter().zip(high)) {
            let (low, high) = (vector(low), vector(high));
            let (low, high) = match part % 4 {
                0 => (low, _mm512_slli_epi16::<4>(high)),
                1 => (_mm512_srli_epi16::<4>(low), _mm512_slli_epi16::<2>(high)),
                2 => (low, high),
                _ => (_mm512_srli_epi16::<4>(low), _mm512_srli_epi16::<2>(high)),
            };
            *word = _mm512_or_si512(_mm512_and_si512(low, half), _mm512_and_si512(high, top));
        }
        Part {
            words,
            scales: [scale(0), scale(1)],
            offset: _mm512_setzero_ps(),
        }
    }
}

impl Panel for Q4K {
    /// The blocks' scales and minima (float16); then for each two parts a line of scales and minima, and their words, half a byte each.
    const LINES: usize = 1 + PARTS / 2 * (1 + WORDS);
    const SHIFT: i32 = 0;
    const FINE: bool = false;
    const OFFSETS: bool = true;

    fn put(block: &[u8], lane: usize, lines: &mut [Line]) {
        let (scales, minima) = Self::sixths(block);
        for which in 0..2 {
            lines[0].0[which * 32 + 2 * lane..][..2].copy_from_slice(&block[2 * which..][..2]);
        }
        for part in 0..PARTS {
            let pair = &mut lines[1 + part / 2 * (1 + WORDS)..];
            for (which, numbers) in [scales, minima].into_iter().enumerate() {
                pair[0].0[part % 2 * 32 + which * LANES + lane] = numbers[part];
            }
            let numbers = Self::numbers(block, part).map(|number| number << (part % 2 * 4));
            put(&mut pair[1..], lane, numbers);
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    unsafe fn part(lines: &[Line], part: usize) -> Part {
        let pair = &lines[1 + part / 2 * (1 + WORDS)..][..=WORDS];
        let [scale, least] = [0, 1].map(|which| {
            let numbers = sixteen(&pair[0], part % 2 * 32 + which * LANES);
            let numbers = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(numbers));
            _mm512_mul_ps(halves(&lines[0], which * 32), numbers)
        });
        let half = _mm512_set1_epi8(15);
        let mut words = [_mm512_setzero_si512(); WORDS];
        for (word, line) in words.iter_mut().zip(&pair[1..]) {
            let both = vector(line);
            let number = if part.is_multiple_of(2) {
                both
            } else {
                _mm512_srli_epi16::<4>(both)
            };
            *word = _mm512_and_si512(number, half);
        }
        Part {
            words,
            scales: [scale; 2],
            offset: _mm512_sub_ps(_mm512_setzero_ps(), least),
        }
    }
}

/// Numbers of a row into its lane, beside the bits that are there.
fn put(lines: &mut [Line], lane: usize, numbers: [u8; PART]) {
    for (line, numbers) in lines.iter_mut().zip(numbers.as_chunks::<4>().0) {
        for (byte, number) in line.0[4 * lane..][..4].iter_mut().zip(numbers) {
            *byte |= number;
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn vector(line: &Line) -> __m512i {
    // Lines are read in their order. Out of it, as compilers like to have them, the processor fetches less ahead: twice the time in Q8_0.
    compiler_fence(Ordering::SeqCst);
    let line = std::ptr::from_ref(line);
    // SAFETY: a line is a vector, and what is fetched ahead need not be there.
    unsafe {
        _mm_prefetch::<_MM_HINT_T0>(line.wrapping_add(AHEAD).cast());
        _mm512_load_si512(line.cast())
    }
}

/// 16 bytes of a line.
#[inline]
#[target_feature(enable = "avx512f")]
fn sixteen(line: &Line, at: usize) -> __m128i {
    let bytes = &line.0[at..at + 16];
    // SAFETY: there are so many.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// 16 numbers of float16.
#[inline]
#[target_feature(enable = "avx512f")]
fn halves(line: &Line, at: usize) -> __m512 {
    let bytes = &line.0[at..at + 32];
    // SAFETY: there are so many.
    unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(bytes.as_ptr().cast())) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn lanes(vector: __m512) -> [f32; LANES] {
    let mut lanes = [0f32; LANES];
    // SAFETY: 16 values have room.
    unsafe { _mm512_storeu_ps(lanes.as_mut_ptr(), vector) };
    lanes
}
