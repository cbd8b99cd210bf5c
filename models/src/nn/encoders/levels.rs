//! Tokens of several levels: what a square picture looks like as a whole and in each cell of a grid, from the colours of its pixels to the last
//! feature map. A classifier's last map has forgotten colours and people; earlier ones have not. Reference: `training/levels.py`.

use std::ops::Range;

use candle_core::{Device, Result, Tensor};
use candle_nn::VarBuilder;

use eyebright_kernels::linear::matmul_add;

/// Side of the grid.
const GRID: usize = 5;
/// Mean and standard deviation of red, green and blue.
const COLOURS: usize = 6;

/// Brings the levels before the last one to its scale.
#[derive(Debug)]
pub struct Levels {
    shift: Tensor,
    scale: Tensor,
}

impl Levels {
    /// How many tokens there are: that of the whole picture, then those of the cells, row by row.
    pub const TOKENS: usize = 1 + GRID * GRID;

    /// Reads `shift` and `scale` for two maps of `middle` and `early` channels.
    pub fn load(middle: usize, early: usize, weights: &VarBuilder) -> Result<Self> {
        let width = middle + 2 * early + COLOURS;
        Ok(Self {
            shift: weights.get(width, "shift")?,
            scale: weights.get(width, "scale")?,
        })
    }

    /// `pixels`: RGB bytes of the square picture; maps [H, W, C]. Returns [1, 26, last + middle + 2 early + 6]: of the last and middle map the
    /// averages, of the early one these and the maxima, then the colours.
    pub fn tokens(&self, pixels: &[u8], early: &Tensor, middle: &Tensor, last: &Tensor) -> Result<Tensor> {
        let before = [averages(middle)?, averages(early)?, maxima(early)?, colours(pixels)?];
        let before = Tensor::cat(&before, 1)?
            .broadcast_sub(&self.shift)?
            .broadcast_mul(&self.scale)?;
        Tensor::cat(&[averages(last)?, before], 1)?.unsqueeze(0)
    }
}

/// The cells of a side that a cell of the grid covers; they overlap where the sides do not divide, as in `PyTorch`'s `adaptive_avg_pool2d`.
fn window(cell: usize, side: usize) -> Range<usize> {
    cell * side / GRID..((cell + 1) * side).div_ceil(GRID)
}

/// The whole and the cells of the grid, as rows and columns of a side.
fn windows(side: usize) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let cells = (0..GRID * GRID).map(move |cell| (window(cell / GRID, side), window(cell % GRID, side)));
    std::iter::once((0..side, 0..side)).chain(cells)
}

/// The averages of a map [S, S, C] in each window, [26, C].
fn averages(map: &Tensor) -> Result<Tensor> {
    let side = map.dim(0)?;
    let mut weights = vec![0.0; Levels::TOKENS * side * side];
    for ((rows, columns), weights) in windows(side).zip(weights.chunks_exact_mut(side * side)) {
        let weight = 1.0 / (rows.len() * columns.len()) as f32;
        for row in rows {
            weights[row * side..][columns.clone()].fill(weight);
        }
    }
    let weights = Tensor::from_vec(weights, (Levels::TOKENS, side * side), &Device::Cpu)?;
    matmul_add(&weights, &map.flatten_to(1)?, None)
}

/// The maxima of a map [S, S, C] in each window, [26, C].
fn maxima(map: &Tensor) -> Result<Tensor> {
    let (side, _, channels) = map.dims3()?;
    let values = map.flatten_all()?.to_vec1::<f32>()?;
    let mut largest = vec![f32::NEG_INFINITY; Levels::TOKENS * channels];
    for ((rows, columns), largest) in windows(side).zip(largest.chunks_exact_mut(channels)) {
        for cell in rows.flat_map(|row| columns.clone().map(move |column| row * side + column)) {
            for (largest, &value) in largest.iter_mut().zip(&values[cell * channels..][..channels]) {
                *largest = largest.max(value);
            }
        }
    }
    Tensor::from_vec(largest, (Levels::TOKENS, channels), &Device::Cpu)
}

/// RGB bytes of a square to [26, 6]: mean and standard deviation, of 1.
fn colours(pixels: &[u8]) -> Result<Tensor> {
    let side = (pixels.len() / 3).isqrt();
    let rows: Vec<f32> = windows(side)
        .flat_map(|(rows, columns)| {
            let mut sums = [0u64; COLOURS];
            let count = (rows.len() * columns.len()) as f64;
            for row in rows {
                let line = &pixels[(row * side + columns.start) * 3..(row * side + columns.end) * 3];
                for pixel in line.chunks_exact(3) {
                    for (channel, value) in pixel.iter().map(|&value| u64::from(value)).enumerate() {
                        sums[channel] += value;
                        sums[3 + channel] += value * value;
                    }
                }
            }
            let mean = |sum: u64| sum as f64 / count / 255.0;
            let spread = |channel: usize| {
                (mean(sums[3 + channel]) / 255.0 - mean(sums[channel]).powi(2))
                    .max(0.0)
                    .sqrt()
            };
            let [red, green, blue] = [0, 1, 2].map(|channel| mean(sums[channel]));
            [red, green, blue, spread(0), spread(1), spread(2)].map(|value| value as f32)
        })
        .collect();
    Tensor::from_vec(rows, ((), COLOURS), &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_all_and_overlap_where_sides_do_not_divide() {
        assert_eq!(windows(9).count(), Levels::TOKENS);
        let rows: Vec<_> = (0..GRID).map(|cell| window(cell, 9)).collect();
        assert_eq!(rows, [0..2, 1..4, 3..6, 5..8, 7..9]);
        assert_eq!(window(4, 260), 208..260);
    }

    #[test]
    fn colours_are_means_and_deviations() {
        let mut pixels = vec![0; 10 * 10 * 3];
        pixels[..3].copy_from_slice(&[255, 0, 51]);
        let rows = colours(&pixels).unwrap().to_vec2::<f32>().unwrap();
        let near = |row: &[f32], wanted: [f32; COLOURS]| row.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(
            near(&rows[0], [0.01, 0.0, 0.002, 0.099_498_74, 0.0, 0.019_899_75]),
            "{:?}",
            rows[0]
        );
        assert!(
            near(&rows[1], [0.25, 0.0, 0.05, 0.433_012_7, 0.0, 0.086_602_54]),
            "{:?}",
            rows[1]
        );
        assert!(near(&rows[25], [0.0; COLOURS]));
    }
}
