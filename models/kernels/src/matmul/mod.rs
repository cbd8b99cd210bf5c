//! Products of f32 matrices on the CPU.
//!
//! Where a processor has AVX-512, tiles of our own multiply them: twice as fast as `gemm`, whose kernels for AVX2 candle uses and which take more
//! time, not less, with AVX-512. They also read and write matrices where they lie, among others, so that attention copies no heads.

// Cores write their own columns or rows of one array, which no safe slice can express.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod tiles;

use std::mem::MaybeUninit;

use candle_core::{Result, bail};
use gemm::Parallelism;
use rayon::prelude::*;

use crate::parallel::written;

/// Multiplications that are worth being shared by the cores: some hundred microseconds.
pub const LARGE: usize = 1 << 26;
/// Columns that a core takes at a time, and rows where there are few columns.
const COLUMNS: usize = 32;
const ROWS: usize = 96;

/// A matrix as it lies in memory.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    values: &'a [f32],
    /// Rows and columns.
    sizes: [usize; 2],
    /// From a row, and from a column, to the next.
    steps: [usize; 2],
}

impl<'a> View<'a> {
    /// `values` begin with the first one of the matrix.
    pub fn new(values: &'a [f32], sizes: [usize; 2], steps: [usize; 2]) -> Result<Self> {
        let last = (sizes[0].max(1) - 1) * steps[0] + (sizes[1].max(1) - 1) * steps[1];
        if values.len() <= last && !sizes.contains(&0) {
            bail!("{sizes:?} values in steps of {steps:?} are more than {}", values.len());
        }
        Ok(Self { values, sizes, steps })
    }

    /// Rows of so many values, one after the other.
    pub fn rows(values: &'a [f32], width: usize) -> Self {
        Self {
            values,
            sizes: [values.len() / width, width],
            steps: [width, 1],
        }
    }

    /// Rows and columns.
    pub fn sizes(&self) -> [usize; 2] {
        self.sizes
    }

    /// From a row, and from a column, to the next.
    pub fn steps(&self) -> [usize; 2] {
        self.steps
    }

    /// From the first one on, perhaps with more behind the last.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }

    /// A row, whose values lie together.
    pub fn row(&self, row: usize) -> &'a [f32] {
        &self.values[row * self.steps[0]..][..self.sizes[1]]
    }

    /// Rows as columns.
    pub fn transposed(self) -> Self {
        let ([rows, columns], [row, column]) = (self.sizes, self.steps);
        Self {
            sizes: [columns, rows],
            steps: [column, row],
            ..self
        }
    }

    /// So many rows and columns from `first`.
    pub fn part(self, first: [usize; 2], sizes: [usize; 2]) -> Self {
        let start = first[0] * self.steps[0] + first[1] * self.steps[1];
        Self {
            values: &self.values[start.min(self.values.len())..],
            sizes,
            ..self
        }
    }
}

/// Where a product goes: its first value, and how far apart its rows begin.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    start: *mut f32,
    row: usize,
}

// SAFETY: whoever hands it to several cores has them write different values.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

impl Target {
    /// Rows that begin `row` values apart.
    pub fn new(values: &mut [MaybeUninit<f32>], row: usize) -> Self {
        Self {
            start: values.as_mut_ptr().cast(),
            row,
        }
    }

    /// The part that begins there.
    pub fn at(self, row: usize, column: usize) -> Self {
        Self {
            start: self.start.wrapping_add(row * self.row + column),
            ..self
        }
    }
}

/// a [R, K], whose columns are neighbours, times b [K, N] plus a bias [N], or nothing where it is empty: [R, N]. Cores share large products.
pub fn product(a: View, b: View, bias: &[f32]) -> Vec<f32> {
    let ([rows, depth], columns) = (a.sizes, b.sizes[1]);
    let write = |output: &mut [MaybeUninit<f32>]| {
        let target = Target::new(output, columns);
        let part = |rows: [usize; 2], columns: [usize; 2]| {
            let bias = bias.get(columns[0]..columns[0] + columns[1]).unwrap_or_default();
            let a = a.part([rows[0], 0], [rows[1], depth]);
            let b = b.part([0, columns[0]], [depth, columns[1]]);
            // SAFETY: these rows and columns lie within the output, and no other part has them.
            unsafe { multiply(a, &Factor::View(b), bias, target.at(rows[0], columns[0])) };
        };
        let cores = rayon::current_num_threads();
        if cores == 1 || rows * columns * depth < LARGE {
            part([0, rows], [0, columns]);
        } else if columns >= COLUMNS * cores * 2 {
            let shares = (0..columns).into_par_iter().step_by(COLUMNS);
            shares.for_each(|first| part([0, rows], [first, COLUMNS.min(columns - first)]));
        } else {
            let shares = (0..rows).into_par_iter().step_by(ROWS);
            shares.for_each(|first| part([first, ROWS.min(rows - first)], [0, columns]));
        }
    };
    // SAFETY: the parts make up the whole.
    unsafe { written(rows * columns, write) }
}

/// The second matrix [K, N] of a product.
pub enum Factor<'a> {
    /// As it lies.
    View(View<'a>),
    /// Laid out for several products.
    #[cfg(target_arch = "x86_64")]
    Panels(tiles::Panels),
}

impl<'a> Factor<'a> {
    /// As it is multiplied fastest.
    pub fn prepared(view: View<'a>) -> Self {
        #[cfg(target_arch = "x86_64")]
        if tiles::are_fast() {
            // SAFETY: the processor has the instructions.
            return Self::Panels(unsafe { tiles::Panels::of(view) });
        }
        Self::View(view)
    }

    fn sizes(&self) -> [usize; 2] {
        match self {
            Self::View(view) => view.sizes,
            #[cfg(target_arch = "x86_64")]
            Self::Panels(panels) => panels.sizes(),
        }
    }
}

/// The product without a bias, by this core alone.
pub fn times(a: View, b: &Factor) -> Vec<f32> {
    let (rows, columns) = (a.sizes[0], b.sizes()[1]);
    // SAFETY: the product is as large as that.
    unsafe {
        written(rows * columns, |output| {
            multiply(a, b, &[], Target::new(output, columns));
        })
    }
}

/// The same as [`product`] by this core alone, into `target`.
///
/// # Safety
/// R rows of N values must have room there, and nobody else may use them meanwhile.
pub unsafe fn multiply(a: View, b: &Factor, bias: &[f32], target: Target) {
    // Or values would be read that are not theirs.
    assert!(a.sizes[1] == b.sizes()[0] && (a.steps[1] == 1 || a.sizes[1] < 2));
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
    unsafe { by_gemm(a, *b, bias, target) };
}

/// Where a processor has no instructions for tiles of ours.
///
/// # Safety
/// As [`multiply`].
unsafe fn by_gemm(a: View, b: View, bias: &[f32], target: Target) {
    // SAFETY: the views lie within their values; the caller vouches for the target.
    unsafe {
        let [rows, depth] = a.sizes;
        for row in 0..rows {
            std::ptr::copy_nonoverlapping(bias.as_ptr(), target.at(row, 0).start, bias.len());
        }
        gemm::gemm(
            rows,
            b.sizes[1],
            depth,
            target.start,
            1,
            target.row as isize,
            !bias.is_empty(),
            a.values.as_ptr(),
            1,
            a.steps[0] as isize,
            b.values.as_ptr(),
            b.steps[1] as isize,
            b.steps[0] as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn random(count: usize) -> Vec<f32> {
        let mut random = StdRng::seed_from_u64(count as u64);
        (0..count).map(|_| random.random_range(-1.0..1.0)).collect()
    }

    /// What a product should be, row by row.
    fn expected(a: View, b: View, bias: &[f32]) -> Vec<f32> {
        let at = |view: &View, row: usize, column: usize| {
            f64::from(view.values[row * view.steps[0] + column * view.steps[1]])
        };
        let value = |row: usize, column: usize| {
            let sum: f64 = (0..b.sizes[0])
                .map(|depth| at(&a, row, depth) * at(&b, depth, column))
                .sum();
            (sum + bias.get(column).map_or(0.0, |&bias| f64::from(bias))) as f32
        };
        (0..a.sizes[0])
            .flat_map(|row| (0..b.sizes[1]).map(move |column| (row, column)))
            .map(|(row, column)| value(row, column))
            .collect()
    }

    fn furthest(ours: &[f32], theirs: &[f32]) -> f32 {
        assert_eq!(ours.len(), theirs.len());
        ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    const SIZES: [[usize; 3]; 9] = [
        [1, 1, 1],
        [12, 16, 32],
        [13, 17, 33],
        [25, 800, 31],
        [11, 0, 5],
        [7, 1600, 65],
        [192, 64, 577],
        [700, 300, 400],
        [1, 40, 100],
    ];

    #[test]
    fn products_are_exact_however_the_matrices_lie() {
        for [rows, depth, columns] in SIZES {
            // Among other values on all sides.
            let (left, right) = (random(rows * (depth + 3) + 1), random((depth + 2) * (columns + 2)));
            let (a, bias) = (
                View::new(&left, [rows, depth], [depth + 3, 1]).unwrap(),
                random(columns),
            );
            let lying = View::new(&right, [depth, columns], [columns + 2, 1]).unwrap();
            let standing = View::new(&right, [columns, depth], [depth + 2, 1])
                .unwrap()
                .transposed();
            let scattered = View::new(&right, [depth, columns / 2], [columns + 2, 2]).unwrap();
            for b in [lying, standing, scattered] {
                let bias = &bias[..b.sizes[1]];
                let theirs = expected(a, b, bias);
                let far = furthest(&product(a, b, bias), &theirs);
                assert!(far < 1e-4, "{rows} x {depth} x {columns}: {far}");
                let far = furthest(&times(a, &Factor::prepared(b)), &expected(a, b, &[]));
                assert!(far < 1e-4, "{rows} x {depth} x {columns}, prepared: {far}");
                let gemm = |output: &mut [MaybeUninit<f32>]| unsafe {
                    by_gemm(a, b, bias, Target::new(output, b.sizes[1]));
                };
                let far = furthest(&unsafe { written(rows * b.sizes[1], gemm) }, &theirs);
                assert!(far < 1e-4, "{rows} x {depth} x {columns}, by gemm: {far}");
            }
        }
    }

    #[test]
    fn a_product_leaves_what_lies_beside_it() {
        let (left, right) = (random(14 * 40), random(40 * 35));
        let (a, b) = (View::rows(&left, 40), View::rows(&right, 35));
        let mut output = vec![MaybeUninit::new(7.0); 14 * 50];
        // SAFETY: 14 rows of 35 values have room from the tenth on.
        unsafe { multiply(a, &Factor::View(b), &[], Target::new(&mut output, 50).at(0, 10)) };
        // SAFETY: it has values from the start.
        let output: Vec<f32> = output.into_iter().map(|value| unsafe { value.assume_init() }).collect();
        let theirs = expected(a, b, &[]);
        for (row, theirs) in output.chunks(50).zip(theirs.chunks(35)) {
            assert!(row[..10].iter().chain(&row[45..]).all(|&value| value == 7.0));
            assert!(furthest(&row[10..45], theirs) < 1e-4);
        }
    }

    #[test]
    fn a_view_beyond_its_values_is_refused() {
        assert!(View::new(&[0.0; 11], [3, 4], [4, 1]).is_err());
        assert!(View::new(&[0.0; 12], [3, 4], [4, 1]).is_ok());
        assert!(View::new(&[], [0, 4], [4, 1]).is_ok());
    }
}
