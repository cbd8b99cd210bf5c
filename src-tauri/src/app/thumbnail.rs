//! Thumbnails.

use std::io::Cursor;

use eyebright_models::Picture;
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;

/// Longest side, in pixels, of the copies that the window shows. Limited to save memory.
pub const SHOWN_SIDE: u32 = 1000;
/// Longest side, in pixels, of the copies in the history on disk. Somewhat more than the networks' input size.
pub const KEPT_SIDE: u32 = 400;
const QUALITY: u8 = 85;

/// Encodes a picture as JPEG, reduced if a side is longer than `longest` pixels. Empty if that fails.
pub fn jpeg(picture: &Picture, longest: u32) -> Vec<u8> {
    let rgb = picture.rgb();
    let side = rgb.width().max(rgb.height());
    let scaled = (side > longest).then(|| {
        let scale = |length: u32| (length * longest / side).max(1);
        image::imageops::resize(rgb, scale(rgb.width()), scale(rgb.height()), FilterType::Triangle)
    });
    encode(scaled.as_ref().unwrap_or(rgb))
}

/// Encodes pixels as JPEG. Empty if that fails.
pub fn encode(rgb: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    match rgb.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)) {
        Ok(()) => bytes.into_inner(),
        Err(_) => Vec::new(),
    }
}
