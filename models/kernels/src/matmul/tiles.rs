//! Tiles of a product: some rows times 32 columns, whose sums stay in AVX-512's registers while the depth goes by.
//!
//! With 12 rows, 24 sums, two vectors of b and a value of a fill the registers: each of b's loads serves twelve multiplications. Where b's columns
//! do not lie together, 32 of them are laid side by side first.

use std::arch::x86_64::{
    __m512, _mm512_castpd_ps, _mm512_castps_pd, _mm512_fmadd_ps, _mm512_mask_storeu_ps, _mm512_maskz_loadu_ps,
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_shuffle_f32x4, _mm512_store_ps, _mm512_unpackhi_pd, _mm512_unpackhi_ps,
    _mm512_unpacklo_pd, _mm512_unpacklo_ps,
};

use super::target::Target;
use super::view::View;

/// Values of a vector.
const LANES: usize = 16;
/// Most vectors and rows of a tile.
const VECTORS: usize = 2;
const ROWS: usize = 12;
const WIDTH: usize = VECTORS * LANES;
/// So much of the depth at a time: a tile's rows stay in the first cache, and its columns in the second.
const DEPTH: usize = 768;

/// Whether the processor has the instructions.
pub(super) fn are_fast() -> bool {
    is_x86_feature_detected!("avx512f")
}

/// A vector that does not cross the lines of the cache.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Vector([f32; LANES]);

/// The values of vectors.
fn flat(vectors: &mut [Vector]) -> &mut [f32] {
    // SAFETY: a vector is its values.
    unsafe { std::slice::from_raw_parts_mut(vectors.as_mut_ptr().cast(), vectors.len() * LANES) }
}

/// A matrix [depth, columns], by panels of 32 columns that lie side by side.
pub struct Panels {
    vectors: Vec<Vector>,
    sizes: [usize; 2],
}

impl Panels {
    /// Depth and columns.
    pub(super) fn sizes(&self) -> [usize; 2] {
        self.sizes
    }

    #[target_feature(enable = "avx512f")]
    pub(super) fn of(view: View) -> Self {
        let [depth, columns] = view.sizes();
        let mut vectors = vec![Vector([0.0; LANES]); columns.div_ceil(WIDTH) * depth * VECTORS];
        for (panel, vectors) in vectors.chunks_exact_mut((depth * VECTORS).max(1)).enumerate() {
            let left = panel * WIDTH;
            lay(view.part([0, left], [depth, WIDTH.min(columns - left)]), vectors);
        }
        Self {
            vectors,
            sizes: view.sizes(),
        }
    }
}

/// a [R, K] times panels [K, N], plus a bias.
///
/// # Safety
/// The target must have room.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn multiply(a: View, b: &Panels, bias: &[f32], target: Target) {
    let [depth, columns] = b.sizes;
    for left in (0..columns).step_by(WIDTH) {
        let first = b.vectors.as_ptr().cast::<f32>().wrapping_add(left * depth);
        let count = WIDTH.min(columns - left);
        let bias = bias.get(left..left + count).unwrap_or_default();
        // SAFETY: a panel is as deep as a; the caller vouches for the target.
        unsafe { columns_of(a, first, WIDTH, count, bias, target.at(0, left)) };
    }
}

/// a [R, K] times b [K, N] as it lies, plus a bias.
///
/// # Safety
/// The target must have room.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn multiply_view(a: View, b: View, bias: &[f32], target: Target) {
    let [depth, columns] = b.sizes();
    for left in (0..columns).step_by(WIDTH) {
        let count = WIDTH.min(columns - left);
        let b = b.part([0, left], [depth, count]);
        let bias = bias.get(left..left + count).unwrap_or_default();
        let target = target.at(0, left);
        // SAFETY: b is as deep as a; the caller vouches for the target.
        unsafe {
            if b.steps()[1] == 1 {
                columns_of(a, b.values().as_ptr(), b.steps()[0], count, bias, target);
            } else {
                multiply(a, &Panels::of(b), bias, target);
            }
        }
    }
}

/// All rows of a times up to 32 columns of b, whose rows begin `step` apart.
///
/// # Safety
/// b must be as deep as a, and the target must have room.
#[target_feature(enable = "avx512f")]
unsafe fn columns_of(a: View, b: *const f32, step: usize, count: usize, bias: &[f32], target: Target) {
    let [rows, depth] = a.sizes();
    let tile = if count > LANES { &TILES[1] } else { &TILES[0] };
    let groups = rows.div_ceil(ROWS);
    // A product without depth is its bias.
    for top in (0..depth.max(1)).step_by(DEPTH) {
        let work = Work {
            a: a.values().as_ptr().wrapping_add(top),
            a_step: a.steps()[0],
            b: b.wrapping_add(top * step),
            b_step: step,
            depth: DEPTH.min(depth - top),
            lanes: u32::MAX >> (WIDTH - count),
            bias: if bias.is_empty() {
                std::ptr::null()
            } else {
                bias.as_ptr()
            },
            adds: top > 0,
            target,
        };
        // As many rows in each group, or one more.
        for group in 0..groups {
            let first = group * rows / groups;
            let count = (group + 1) * rows / groups - first;
            // SAFETY: rows and columns lie within the matrices and the target.
            unsafe { tile[count - 1](&work, first) };
        }
    }
}

/// Columns that are multiplied by some rows.
struct Work {
    a: *const f32,
    a_step: usize,
    b: *const f32,
    b_step: usize,
    depth: usize,
    /// Which of the columns there are.
    lanes: u32,
    /// Or null.
    bias: *const f32,
    /// To what is there already.
    adds: bool,
    target: Target,
}

type Tile = unsafe fn(&Work, usize);

macro_rules! tiles {
    ($vectors:literal: $($rows:literal)*) => {
        [$(tile::<$rows, $vectors>),*]
    };
}

const TILES: [[Tile; ROWS]; VECTORS] = [
    tiles!(1: 1 2 3 4 5 6 7 8 9 10 11 12),
    tiles!(2: 1 2 3 4 5 6 7 8 9 10 11 12),
];

/// Computes one tile: `ROWS` rows from `first` on, `VECTORS` vectors of columns.
#[target_feature(enable = "avx512f")]
unsafe fn tile<const ROWS: usize, const VECTORS: usize>(work: &Work, first: usize) {
    let lanes = |vector: usize| (work.lanes >> (vector * LANES)) as u16;
    let target = work.target.at(first, 0);
    let mut sums = [[_mm512_setzero_ps(); VECTORS]; ROWS];
    // SAFETY: no more lanes are read or written than there are; a has so many rows, and b and a are so deep.
    unsafe {
        for (row, sums) in sums.iter_mut().enumerate() {
            for (vector, sum) in sums.iter_mut().enumerate() {
                if work.adds {
                    *sum = _mm512_maskz_loadu_ps(lanes(vector), target.at(row, vector * LANES).start());
                } else if !work.bias.is_null() {
                    *sum = _mm512_maskz_loadu_ps(lanes(vector), work.bias.add(vector * LANES));
                }
            }
        }
        let a = work.a.add(first * work.a_step);
        for depth in 0..work.depth {
            let mut b = [_mm512_setzero_ps(); VECTORS];
            for (vector, b) in b.iter_mut().enumerate() {
                *b = _mm512_maskz_loadu_ps(lanes(vector), work.b.add(depth * work.b_step + vector * LANES));
            }
            for (row, sums) in sums.iter_mut().enumerate() {
                let x = _mm512_set1_ps(*a.add(row * work.a_step + depth));
                for (sum, b) in sums.iter_mut().zip(b) {
                    *sum = _mm512_fmadd_ps(x, b, *sum);
                }
            }
        }
        for (row, sums) in sums.into_iter().enumerate() {
            for (vector, sum) in sums.into_iter().enumerate() {
                _mm512_mask_storeu_ps(target.at(row, vector * LANES).start(), lanes(vector), sum);
            }
        }
    }
}

/// Up to 32 columns side by side, with anything behind them.
#[target_feature(enable = "avx512f")]
fn lay(b: View, beside: &mut [Vector]) {
    let [depth, columns] = b.sizes();
    let values = |row: usize, column: usize| &b.values()[row * b.steps()[0] + column * b.steps()[1]..];
    if b.steps()[0] != 1 {
        for (row, beside) in beside.chunks_exact_mut(VECTORS).take(depth).enumerate() {
            if b.steps()[1] == 1 {
                flat(beside)[..columns].copy_from_slice(&values(row, 0)[..columns]);
            } else {
                for (column, value) in flat(beside)[..columns].iter_mut().enumerate() {
                    *value = values(row, column)[0];
                }
            }
        }
        return;
    }
    for left in (0..columns).step_by(LANES) {
        for top in (0..depth).step_by(LANES) {
            let lanes = u16::MAX >> (LANES - LANES.min(depth - top));
            let mut square = [_mm512_setzero_ps(); LANES];
            for (column, square) in square.iter_mut().enumerate().take(columns - left) {
                // SAFETY: no more lanes are read than there are.
                *square = unsafe { _mm512_maskz_loadu_ps(lanes, values(top, left + column).as_ptr()) };
            }
            square = transposed(&square);
            for (row, values) in square.into_iter().enumerate().take(depth - top) {
                let vector = &mut beside[(top + row) * VECTORS + left / LANES];
                // SAFETY: a vector has room.
                unsafe { _mm512_store_ps(vector.0.as_mut_ptr(), values) };
            }
        }
    }
}

/// Rows as columns: first of pairs, then of fours, then whole quarters of the vectors are exchanged.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed(rows: &[__m512; LANES]) -> [__m512; LANES] {
    let (mut of_twos, mut of_fours, mut of_eights, mut all) = (*rows, *rows, *rows, *rows);
    for i in (0..LANES).step_by(2) {
        of_twos[i] = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
        of_twos[i + 1] = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
    }
    for i in (0..LANES).step_by(4) {
        for half in 0..2 {
            let (upper, lower) = (
                _mm512_castps_pd(of_twos[i + half]),
                _mm512_castps_pd(of_twos[i + half + 2]),
            );
            of_fours[i + 2 * half] = _mm512_castpd_ps(_mm512_unpacklo_pd(upper, lower));
            of_fours[i + 2 * half + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(upper, lower));
        }
    }
    for i in 0..4 {
        for half in [0, 8] {
            let (upper, lower) = (of_fours[half + i], of_fours[half + 4 + i]);
            of_eights[half + i] = _mm512_shuffle_f32x4::<0x88>(upper, lower);
            of_eights[half + 4 + i] = _mm512_shuffle_f32x4::<0xdd>(upper, lower);
        }
    }
    for i in 0..8 {
        all[i] = _mm512_shuffle_f32x4::<0x88>(of_eights[i], of_eights[8 + i]);
        all[8 + i] = _mm512_shuffle_f32x4::<0xdd>(of_eights[i], of_eights[8 + i]);
    }
    all
}
