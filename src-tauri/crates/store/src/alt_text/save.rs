//! The file with the alt text in it, in place of the old one.

use std::path::Path;

use eyebright_domain::Fault;
use eyebright_models::{Limits, Picture};
use image::ImageFormat;
use image::imageops::FilterType;

use super::error::AltTextError;
use super::{jpeg, png, webp};
use crate::{limited, replace};

/// Saves a sentence as the alt text of the picture in a file, in place of an earlier one. The file is replaced as a whole or not at all.
///
/// `described` is the picture, of any size, that the sentence is about: a file that has got another one since is refused.
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

/// A file's bytes with the alt text in them.
pub(super) fn with_alt_text(bytes: Vec<u8>, sentence: &str) -> Result<Vec<u8>, AltTextError> {
    match image::guess_format(&bytes) {
        Ok(ImageFormat::Jpeg) => jpeg::with_alt_text(bytes, sentence),
        Ok(ImageFormat::Png) => png::with_alt_text(bytes, sentence),
        Ok(ImageFormat::WebP) => webp::with_alt_text(bytes, sentence),
        _ => Err(AltTextError::Format),
    }
}

/// Side of the small pictures that are compared.
const SIDE: u32 = 16;
/// The most that these may differ, on average, of 255: small copies as JPEG differ by 2 from what they were made of.
const ALIKE: u64 = 6;

/// Whether two pictures, of different sizes perhaps, are of the same thing.
pub(super) fn shows_the_same(one: &Picture, other: &Picture) -> bool {
    let small = |picture: &Picture| image::imageops::resize(picture.rgb(), SIDE, SIDE, FilterType::Triangle).into_raw();
    let (one, other) = (small(one), small(other));
    let difference: u64 = one.iter().zip(&other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    difference <= ALIKE * one.len() as u64
}
