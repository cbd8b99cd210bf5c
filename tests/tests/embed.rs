//! `embed`: pictures as vectors, in text, JSON and NumPy files.

#![allow(clippy::unwrap_used)]

use std::fs;

use eyebright_tests::{eyebright, finish, picture, write_plain};

#[test]
fn vectors_have_length_one_and_tell_pictures_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (photo, plain) = (picture("coffee.jpg"), folder.path().join("plain.ppm"));
    write_plain(&plain, 64, 48, [0, 90, 0]);
    let run = finish(eyebright().args(["embed", "--json"]).args([&photo, &photo, &plain]));
    let vectors: Vec<Vec<f64>> = run
        .json()
        .iter()
        .map(|record| {
            record["embedding"]
                .as_array()
                .unwrap()
                .iter()
                .map(|number| number.as_f64().unwrap())
                .collect()
        })
        .collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    assert_eq!(vectors.len(), 3, "{run:?}");
    assert_eq!(vectors[0], vectors[1]);
    for vector in &vectors {
        assert_eq!(vector.len(), 128);
        assert!((dot(vector, vector) - 1.0).abs() < 1e-3);
    }
    assert!(dot(&vectors[0], &vectors[2]) < 0.95);
}

#[test]
fn a_numpy_file_has_a_row_for_every_input() {
    let folder = tempfile::tempdir().unwrap();
    let (photo, file) = (picture("coffee.jpg"), folder.path().join("out.npy"));
    let gone = folder.path().join("gone.jpg");
    let run = finish(eyebright().args(["embed", "--npy"]).args([&file, &photo, &gone]));
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    assert!(run.err.contains("gone.jpg"), "{run:?}");
    let bytes = fs::read(&file).unwrap();
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let text = String::from_utf8_lossy(&bytes[10..header]).into_owned();
    assert!(text.contains("'<f4'") && text.contains("'shape': (2, 128)"), "{text}");
    let numbers: Vec<f32> = bytes[header..]
        .as_chunks::<4>()
        .0
        .iter()
        .map(|chunk| f32::from_le_bytes(*chunk))
        .collect();
    assert_eq!(numbers.len(), 2 * 128);
    assert!(
        numbers[..128].iter().all(|number| number.is_finite()) && numbers[128..].iter().all(|number| number.is_nan())
    );
}

#[test]
fn a_vector_is_a_line_of_numbers() {
    let run = finish(eyebright().arg("embed").arg(picture("coffee.jpg")));
    let (file, numbers) = run.out.trim_end().split_once('\t').unwrap();
    assert!(file.ends_with("coffee.jpg"));
    assert_eq!(
        numbers
            .split(' ')
            .filter_map(|number| number.parse::<f32>().ok())
            .count(),
        128,
        "{run:?}"
    );
}
