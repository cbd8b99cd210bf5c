//! Antialiased resizing equal to PIL's `BICUBIC` (a = -0.5) and `BILINEAR`, support scaled with the reduction.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

/// Squashes to the given size. A size of zero gives an empty picture.
pub(super) fn bicubic(rgb: &RgbImage, width: u32, height: u32) -> RgbImage {
    resized(rgb, width, height, FilterType::CatmullRom)
}

/// The same with the filter that blurs a little.
pub(super) fn bilinear(rgb: &RgbImage, width: u32, height: u32) -> RgbImage {
    resized(rgb, width, height, FilterType::Bilinear)
}

fn resized(rgb: &RgbImage, width: u32, height: u32, filter: FilterType) -> RgbImage {
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    let mut target = Image::new(width, height, PixelType::U8x3);
    // Both pictures are RGB, the one demand that `resize` makes.
    let resized = fast_image_resize::images::ImageRef::new(rgb.width(), rgb.height(), rgb.as_raw(), PixelType::U8x3)
        .ok()
        .and_then(|source| Resizer::new().resize(&source, &mut target, &options).ok())
        .and_then(|()| RgbImage::from_raw(width, height, target.into_vec()));
    resized.unwrap_or_else(|| RgbImage::new(width, height))
}
