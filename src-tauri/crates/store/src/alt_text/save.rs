//! Saves alt text in a picture's file.

use std::path::Path;

use eyebright_domain::Fault;
use eyebright_models::{Limits, Picture};
use image::ImageFormat;
use image::imageops::FilterType;

use super::error::AltTextError;
use super::{jpeg, png, webp};
use crate::{limited, replace};

/// Saves a sentence as the alt text of the picture in a file, replacing an earlier one. The file is replaced
/// atomically.
///
/// `described` is the picture that the sentence is about, at any size. Fails with [`AltTextError::Changed`] if the file
/// now shows another picture.
pub fn save(path: &Path, sentence: &str, described: &Picture) -> Result<(), Fault> {
    let limits = Limits::default();
    let bytes = limited::file(path, &limits)?;
    if !shows_the_same(&Picture::decode(&bytes, &limits)?, described) {
        return Err(AltTextError::Changed.into());
    }
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly()) {
        return Err(AltTextError::ReadOnly.into());
    }
    let bytes = with_alt_text(bytes, sentence)?;
    replace::file(path, &bytes).map_err(|error| Fault::unwritable(path, &error))
}

/// Returns a file's bytes with the alt text added.
pub(super) fn with_alt_text(bytes: Vec<u8>, sentence: &str) -> Result<Vec<u8>, AltTextError> {
    match image::guess_format(&bytes) {
        Ok(ImageFormat::Jpeg) => jpeg::with_alt_text(bytes, sentence),
        Ok(ImageFormat::Png) => png::with_alt_text(bytes, sentence),
        Ok(ImageFormat::WebP) => webp::with_alt_text(bytes, sentence),
        _ => Err(AltTextError::Format),
    }
}

/// Side, in pixels, of the small squares to which both pictures are reduced for comparison.
const SIDE: u32 = 16;
/// Largest mean difference (0 to 255) at which they count as the same picture. A small JPEG copy differs from its
/// original by about 2.
const ALIKE: u64 = 6;

/// True if two pictures, possibly of different sizes, look the same.
pub(super) fn shows_the_same(one: &Picture, other: &Picture) -> bool {
    let small = |picture: &Picture| image::imageops::resize(picture.rgb(), SIDE, SIDE, FilterType::Triangle).into_raw();
    let (one, other) = (small(one), small(other));
    let difference: u64 = one.iter().zip(&other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    difference <= ALIKE * one.len() as u64
}
