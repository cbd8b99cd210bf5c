//! Generates the pictures for benchmarks, identical on every machine.

use std::io::Cursor;

use eyebright_domain::Fault;
use image::{ImageFormat, RgbImage};

use super::figures::failed;

/// Noise layers of a generated picture: number of cells across, and amplitude. Finer layers are weaker, as in photos.
const LAYERS: [(f32, f32); 5] = [(3.0, 90.0), (8.0, 60.0), (25.0, 30.0), (100.0, 16.0), (500.0, 6.0)];

/// A JPEG with about as much detail as a photo, varied by `number`.
pub(super) fn generated(width: u32, height: u32, number: u32) -> Result<Vec<u8>, Fault> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let place = (x as f32 / width as f32, y as f32 / width as f32);
        image::Rgb([0, 1, 2].map(|channel| {
            let layer = |(cells, strength): (f32, f32)| strength * cloud(place, cells, 2 * number + channel / 2);
            (120.0 + LAYERS.into_iter().map(layer).sum::<f32>()) as u8
        }))
    });
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .map_err(|error| failed("The picture could not be made", &error))?;
    Ok(bytes.into_inner())
}

/// Value noise, -0.5 to 0.5: random values on a grid of `cells` cells across, interpolated linearly. `x` is 0 to 1.
fn cloud((x, y): (f32, f32), cells: f32, seed: u32) -> f32 {
    let (x, y) = (x * cells, y * cells);
    let (column, row) = (x as u32, y as u32);
    let (right, down) = (x.fract(), y.fract());
    let at = |column, row| f32::from(hash(column, row, seed)) / 255.0 - 0.5;
    let upper = at(column, row) * (1.0 - right) + at(column + 1, row) * right;
    let lower = at(column, row + 1) * (1.0 - right) + at(column + 1, row + 1) * right;
    upper * (1.0 - down) + lower * down
}

/// A pseudo-random byte for a grid point, the same on every machine.
fn hash(x: u32, y: u32, seed: u32) -> u8 {
    let mixed = (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(0xC2B2_AE3D))
        .wrapping_mul(0x27D4_EB2F);
    (mixed ^ (mixed >> 15)).wrapping_mul(0x2C1B_3C6D).to_be_bytes()[0]
}
