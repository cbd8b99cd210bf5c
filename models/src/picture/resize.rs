//! Antialiased resizing equal to PIL's `BICUBIC` (a = -0.5) and `BILINEAR`, support scaled with the reduction.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{Rgb, RgbImage};

/// Squashes to the given size. A size of zero gives an empty picture.
pub(super) fn bicubic(rgb: &RgbImage, width: u32, height: u32) -> RgbImage {
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    let mut target = Image::new(width, height, PixelType::U8x3);
    // Both pictures are RGB, the one demand that `resize` makes.
    let resized = fast_image_resize::images::ImageRef::new(rgb.width(), rgb.height(), rgb.as_raw(), PixelType::U8x3)
        .ok()
        .and_then(|source| Resizer::new().resize(&source, &mut target, &options).ok())
        .and_then(|()| RgbImage::from_raw(width, height, target.into_vec()));
    resized.unwrap_or_else(|| RgbImage::new(width, height))
}

/// The same with PIL's `BILINEAR`, to the last bit where it reduces: `fast_image_resize` rounds weights more coarsely, and a network can be
/// that sensitive.
pub(super) fn bilinear(rgb: &RgbImage, width: u32, height: u32) -> RgbImage {
    let across = weights(rgb.width(), width);
    let narrow = RgbImage::from_fn(width, rgb.height(), |x, y| {
        let (first, weights) = &across[x as usize];
        summed(weights, |index| rgb.get_pixel(first + index, y))
    });
    let down = weights(rgb.height(), height);
    RgbImage::from_fn(width, height, |x, y| {
        let (first, weights) = &down[y as usize];
        summed(weights, |index| narrow.get_pixel(x, first + index))
    })
}

/// Bits behind the point of PIL's weights.
const PRECISION: u32 = 22;

/// For each of `to` pixels in a row the first of the `from` that it is made of, and what each counts.
fn weights(from: u32, to: u32) -> Vec<(u32, Vec<u64>)> {
    let scale = f64::from(from) / f64::from(to);
    let reach = scale.max(1.0);
    let weights = |pixel: u32| {
        let centre = (f64::from(pixel) + 0.5) * scale;
        let first = (centre - reach + 0.5).max(0.0) as u32;
        let end = ((centre + reach + 0.5) as u32).min(from);
        let weight = |at: u32| (1.0 - ((f64::from(at) - centre + 0.5) / reach).abs()).max(0.0);
        let all: f64 = (first..end).map(weight).sum();
        let fixed = |at: u32| (weight(at) / all * f64::from(1 << PRECISION) + 0.5) as u64;
        (first, (first..end).map(fixed).collect())
    };
    (0..to).map(weights).collect()
}

/// The weighted sum of pixels.
fn summed<'a>(weights: &[u64], pixel: impl Fn(u32) -> &'a Rgb<u8>) -> Rgb<u8> {
    let mut sums = [1 << (PRECISION - 1); 3];
    for (index, weight) in (0..).zip(weights) {
        for (sum, value) in sums.iter_mut().zip(pixel(index).0) {
            *sum += weight * u64::from(value);
        }
    }
    Rgb(sums.map(|sum| (sum >> PRECISION).min(255) as u8))
}
