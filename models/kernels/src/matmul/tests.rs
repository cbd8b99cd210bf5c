//! Products against f64 sums, by every way.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use std::mem::MaybeUninit;

use super::*;
use crate::parallel::written;

fn random(count: usize) -> Vec<f32> {
    let mut random = StdRng::seed_from_u64(count as u64);
    (0..count).map(|_| random.random_range(-1.0..1.0)).collect()
}

/// The product, summed in f64, row by row.
fn expected(a: View, b: View, bias: &[f32]) -> Vec<f32> {
    let at = |view: &View, row: usize, column: usize| {
        f64::from(view.values()[row * view.steps()[0] + column * view.steps()[1]])
    };
    let value = |row: usize, column: usize| {
        let sum: f64 = (0..b.sizes()[0])
            .map(|depth| at(&a, row, depth) * at(&b, depth, column))
            .sum();
        (sum + bias.get(column).map_or(0.0, |&bias| f64::from(bias))) as f32
    };
    (0..a.sizes()[0])
        .flat_map(|row| (0..b.sizes()[1]).map(move |column| (row, column)))
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
            let bias = &bias[..b.sizes()[1]];
            let theirs = expected(a, b, bias);
            let far = furthest(&matmul(a, b, bias), &theirs);
            assert!(far < 1e-4, "{rows} x {depth} x {columns}: {far}");
            let far = furthest(&matmul_serial(a, &Factor::prepared(b)), &expected(a, b, &[]));
            assert!(far < 1e-4, "{rows} x {depth} x {columns}, prepared: {far}");
            let by_gemm = |output: &mut [MaybeUninit<f32>]| unsafe {
                gemm::matmul_into(a, b, bias, Target::new(output, b.sizes()[1]));
            };
            let far = furthest(&unsafe { written(rows * b.sizes()[1], by_gemm) }, &theirs);
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
    unsafe { matmul_into(a, &Factor::View(b), &[], Target::new(&mut output, 50).at(0, 10)) };
    // SAFETY: it has values from the start.
    let output: Vec<f32> = output.into_iter().map(|value| unsafe { value.assume_init() }).collect();
    let theirs = expected(a, b, &[]);
    for (row, theirs) in output.chunks(50).zip(theirs.chunks(35)) {
        assert!(row[..10].iter().chain(&row[45..]).all(|&value| value == 7.0));
        assert!(furthest(&row[10..45], theirs) < 1e-4);
    }
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    let values = vec![1.0; 64];
    let (a, b) = (View::rows(&values[..12], 4), View::rows(&values[..20], 5));
    let refused = |a: View, b: View, bias: &[f32]| std::panic::catch_unwind(|| matmul(a, b, bias)).is_err();
    assert!(!refused(a, b, &values[..5]));
    assert!(refused(a, b.transposed(), &[]), "another depth");
    assert!(
        refused(View::rows(&values[..20], 5).transposed(), b, &[]),
        "rows with gaps"
    );
    assert!(
        refused(a, b, &values[..4]) && refused(a, b, &values[..6]),
        "another bias"
    );
    assert!(std::panic::catch_unwind(|| matmul_serial(a, &Factor::prepared(b.transposed()))).is_err());
    let endless = View::new(&values, [usize::MAX / 2, 1], [0, 1]).unwrap();
    let wide = View::new(&values, [1, 4], [0, 1]).unwrap();
    assert!(refused(endless, wide, &[]), "the count of values wraps around");
}
