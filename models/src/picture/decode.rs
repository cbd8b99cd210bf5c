//! From bytes to pixels, with every limit checked on the header.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};

use super::damage::damaged;
use super::decoded::upright;
use super::jpeg::jpeg;
use super::{Limits, Picture};
use crate::base::error::PictureError;

impl Picture {
    /// Decodes JPEG, PNG, GIF, WebP, TIFF, BMP, ICO, PNM, TGA or QOI bytes: the first frame, upright (EXIF), over white, 8 bits a channel.
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self, PictureError> {
        decode(bytes, limits)
    }
}

fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    if bytes.len() > limits.bytes {
        return Err(PictureError::TooManyBytes {
            found: bytes.len() / 1_000_000,
            limit: limits.bytes / 1_000_000,
        });
    }
    if let Some(name) = unsupported(bytes) {
        return Err(PictureError::Unsupported(name));
    }
    match format(bytes) {
        Some(ImageFormat::Jpeg) => jpeg(bytes, limits),
        Some(format) => other(bytes, format, limits),
        None => Err(PictureError::NotAPicture),
    }
}

fn format(bytes: &[u8]) -> Option<ImageFormat> {
    // TGA is the one format that is told by its end.
    let tga = bytes.ends_with(b"TRUEVISION-XFILE.\0").then_some(ImageFormat::Tga);
    image::guess_format(bytes).ok().or(tga)
}

/// Formats that people do have and that no decoder here reads.
fn unsupported(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8) == Some(b"ftyp") {
        return base_media(bytes);
    }
    match bytes {
        [0xff, 0x0a, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => Some("JPEG XL"),
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => Some("JPEG 2000"),
        [b'8', b'B', b'P', b'S', ..] => Some("Photoshop"),
        _ => None,
    }
}

/// ISO base media files name their brands at the start, the main one first. Videos have others and are no pictures.
fn base_media(bytes: &[u8]) -> Option<&'static str> {
    let end = bytes.len().min(usize::from(*bytes.get(3)?));
    let brands: Vec<&[u8]> = bytes.get(8..end)?.chunks_exact(4).collect();
    let any = |names: &[&[u8]]| brands.iter().any(|brand| names.contains(brand));
    if any(&[b"avif", b"avis"]) {
        return Some("AVIF");
    }
    any(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]).then_some("HEIC")
}

fn other(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Result<Picture, PictureError> {
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut decoder = reader.into_decoder().map_err(failure)?;
    let size = decoder.dimensions();
    limits.check(size.0, size.1, decoder.color_type().bytes_per_pixel())?;
    let orientation = decoder.orientation().ok();
    let image = DynamicImage::from_decoder(decoder).map_err(failure)?;
    let image = if image.color().has_alpha() {
        DynamicImage::ImageRgb8(on_white(&image))
    } else {
        image
    };
    Ok(upright(image, orientation, size))
}

fn failure(error: image::ImageError) -> PictureError {
    match error {
        image::ImageError::Unsupported(_) => PictureError::Unsupported("Such"),
        image::ImageError::IoError(error) => damaged(&error),
        other => damaged(&other),
    }
}

/// Lays a transparent picture on white, the colour of most pages.
fn on_white(image: &DynamicImage) -> RgbImage {
    let rgba = image.to_rgba8();
    let pixels = rgba.pixels().flat_map(|pixel| {
        let [red, green, blue, alpha] = pixel.0.map(u16::from);
        [red, green, blue].map(|channel| ((channel * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
    });
    RgbImage::from_raw(rgba.width(), rgba.height(), pixels.collect()).unwrap_or_default()
}
