//! Small copies of pictures.

use std::io::Cursor;

use eyebright_models::Picture;
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;

/// Of the copy that the window shows; larger ones would fill the memory.
pub const SHOWN_SIDE: u32 = 1000;
/// Of the copy that the history keeps: somewhat more than the networks look at.
pub const KEPT_SIDE: u32 = 400;
const QUALITY: u8 = 85;

/// A picture as JPEG, made smaller if one side is longer than `longest`; empty if that fails.
pub fn jpeg(picture: &Picture, longest: u32) -> Vec<u8> {
    let rgb = picture.rgb();
    let side = rgb.width().max(rgb.height());
    let scaled = (side > longest).then(|| {
        let scale = |length: u32| (length * longest / side).max(1);
        image::imageops::resize(rgb, scale(rgb.width()), scale(rgb.height()), FilterType::Triangle)
    });
    encode(scaled.as_ref().unwrap_or(rgb))
}

/// Pixels as JPEG; empty if that fails.
pub fn encode(rgb: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    match rgb.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)) {
        Ok(()) => bytes.into_inner(),
        Err(_) => Vec::new(),
    }
}
