//! Writes a sentence into a picture's file as its alt text. Pixels, and everything else that the file says, stay as they are.
//!
//! JPEG, PNG and WebP carry it as XMP ([`xmp`]); PNG has a `Description` of its own besides.

mod jpeg;
mod png;
mod webp;
mod xmp;

use std::path::Path;

use eyebright_models::{Limits, Picture};
use image::ImageFormat;
use image::imageops::FilterType;

use crate::fault::Fault;
use crate::inputs::{Content, Input};
use crate::replace;

/// Why a file can carry no alt text.
#[derive(Debug, thiserror::Error)]
pub enum AltTextError {
    /// A format without a place for it, or one that is not known here.
    #[error("Alt text can be saved in JPEG, PNG and WebP files only. Save the picture as one of these first.")]
    Format,
    /// The file's structure is broken.
    #[error("The file is damaged, and was left as it is. Save the picture anew with another program first.")]
    Damaged,
    /// Its XMP is broken, or of a form that cannot be kept whole.
    #[error(
        "The file's own information about the picture cannot be read, and was left as it is. Save the picture anew with another program first."
    )]
    Metadata,
    /// A JPEG's segment holds 65,533 bytes.
    #[error(
        "The file carries so much other information that no alt text fits in. Remove some of it with another program first."
    )]
    Full,
    /// Another picture is there now.
    #[error("The file has another picture in it than the one that was described. Describe it again first.")]
    Changed,
    /// It must not be written.
    #[error("The file may not be changed. Remove its write protection first.")]
    ReadOnly,
}

impl AltTextError {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Format => "alt_text_format",
            Self::Damaged => "alt_text_damaged",
            Self::Metadata => "alt_text_metadata",
            Self::Full => "alt_text_full",
            Self::Changed => "alt_text_changed",
            Self::ReadOnly => "alt_text_read_only",
        }
    }
}

/// Saves a sentence as the alt text of the picture in a file, in place of an earlier one. The file is replaced as a whole or not at all.
///
/// `described` is the picture, of any size, that the sentence is about: a file that has got another one since is refused.
pub fn save(path: &Path, sentence: &str, described: &Picture) -> Result<(), Fault> {
    let limits = Limits::default();
    let content = Input::File(path.to_owned()).read(&limits)?;
    if !shows_the_same(&content.picture(&limits)?, described) {
        return Err(AltTextError::Changed.into());
    }
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly()) {
        return Err(AltTextError::ReadOnly.into());
    }
    let bytes = match content {
        Content::Bytes(bytes) => with_alt_text(bytes, sentence)?,
        #[cfg(feature = "desktop")]
        Content::Picture(_) => return Err(AltTextError::Format.into()),
    };
    replace::file(path, &bytes).map_err(|error| Fault::unwritable(path, &error))
}

/// A file's bytes with the alt text in them.
fn with_alt_text(bytes: Vec<u8>, sentence: &str) -> Result<Vec<u8>, AltTextError> {
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
fn shows_the_same(one: &Picture, other: &Picture) -> bool {
    let small = |picture: &Picture| image::imageops::resize(picture.rgb(), SIDE, SIDE, FilterType::Triangle).into_raw();
    let (one, other) = (small(one), small(other));
    let difference: u64 = one.iter().zip(&other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    difference <= ALIKE * one.len() as u64
}

impl From<img_parts::Error> for AltTextError {
    fn from(_: img_parts::Error) -> Self {
        Self::Damaged
    }
}

#[cfg(test)]
mod tests;
