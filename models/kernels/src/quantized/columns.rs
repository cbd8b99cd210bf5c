//! Products of some outputs each, put side by side.

use rayon::prelude::*;

/// Concatenates matrices of `rows` rows each, side by side.
pub(super) fn concat_columns(parts: &[Vec<f32>], rows: usize) -> Vec<f32> {
    let columns = parts.iter().map(Vec::len).sum::<usize>() / rows;
    let mut output = vec![0f32; rows * columns];
    output
        .par_chunks_mut(columns)
        .enumerate()
        .for_each(|(row, mut output)| {
            for part in parts {
                let columns = part.len() / rows;
                let target = output.split_off_mut(..columns).unwrap_or_default();
                target.copy_from_slice(&part[row * columns..][..columns]);
            }
        });
    output
}
