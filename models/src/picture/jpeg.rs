//! JPEG by `jpeg-decoder`, which can leave out the frequencies that a reduced picture does not need.

use std::borrow::Cow;

use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};

use super::damage::damaged;
use super::decoded::upright;
use super::{Limits, Picture};
use crate::base::error::PictureError;

/// Long side that a reduced JPEG keeps at least: more than any encoder or detector looks at.
const REDUCED_SIDE: f32 = 900.0;

/// Scans of a progressive JPEG. Encoders write about ten; each costs a pass over all pixels, even one of no bytes.
const MAX_SCANS: usize = 100;

impl Picture {
    /// The picture with all its pixels, for what looks at small letters. A JPEG that was reduced is decoded again.
    pub fn in_full(&self) -> Result<Cow<'_, Self>, PictureError> {
        match &self.original {
            Some(bytes) => Ok(Cow::Owned(in_full(bytes)?)),
            None => Ok(Cow::Borrowed(self)),
        }
    }
}

/// A reduced picture, which keeps the bytes for [`in_full`].
pub(super) fn jpeg(bytes: &[u8], limits: &Limits) -> Result<Picture, PictureError> {
    let mut picture = decoded(bytes, limits, REDUCED_SIDE)?;
    let (width, height) = picture.rgb.dimensions();
    if (width, height) != (picture.width, picture.height) {
        picture.original = Some(bytes.into());
    }
    Ok(picture)
}

/// All pixels of a JPEG that was within its limits.
fn in_full(bytes: &[u8]) -> Result<Picture, PictureError> {
    let limits = Limits {
        bytes: usize::MAX,
        pixels: u64::MAX / 4,
    };
    decoded(bytes, &limits, f32::MAX)
}

/// The picture, reduced as long as its long side keeps at least `side` pixels.
fn decoded(bytes: &[u8], limits: &Limits, side: f32) -> Result<Picture, PictureError> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(usize::try_from(limits.pixels.saturating_mul(4)).unwrap_or(usize::MAX));
    decoder.read_info().map_err(|error| jpeg_failure(&error))?;
    let info = decoder.info().ok_or(PictureError::Damaged("it has no header"))?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    limits.check(width, height, info.pixel_format.pixel_bytes() as u8)?;
    if jpeg_scans(bytes).nth(MAX_SCANS).is_some() {
        return Err(PictureError::Damaged("it has far too many layers"));
    }
    let scale = (side / width.max(height) as f32).min(1.0);
    let wanted = |side: u16| (f32::from(side) * scale).ceil() as u16;
    let (reduced_width, reduced_height) = decoder
        .scale(wanted(info.width), wanted(info.height))
        .map_err(|error| jpeg_failure(&error))?;
    let pixels = decoder.decode().map_err(|error| jpeg_failure(&error))?;
    let format = decoder.info().map_or(info.pixel_format, |info| info.pixel_format);
    let rgb = rgb_from(pixels, format, u32::from(reduced_width), u32::from(reduced_height))
        .ok_or(PictureError::Damaged("its pixels are incomplete"))?;
    let orientation = decoder.exif_data().and_then(Orientation::from_exif_chunk);
    Ok(upright(DynamicImage::ImageRgb8(rgb), orientation, (width, height)))
}

fn jpeg_failure(error: &jpeg_decoder::Error) -> PictureError {
    match error {
        jpeg_decoder::Error::Unsupported(_) => PictureError::Unsupported("Such JPEG"),
        other => damaged(other),
    }
}

/// Where the scans of a JPEG begin. Whatever follows its end, such as the video of a motion photo, is not searched.
pub(super) fn jpeg_scans(bytes: &[u8]) -> impl Iterator<Item = usize> {
    const START_OF_SCAN: u8 = 0xda;
    let mut at = 2;
    std::iter::from_fn(move || {
        loop {
            // In a scan, 0xff is followed by 0 or by a restart marker; anything else ends it.
            at += bytes
                .get(at..)?
                .windows(2)
                .position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff))?;
            let begin = at;
            match bytes[at + 1] {
                0xd9 => return None,
                1 | 0xd8 => at += 2,
                marker => {
                    at += 2 + usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
                    if marker == START_OF_SCAN {
                        return Some(begin);
                    }
                }
            }
        }
    })
}

/// `None` where there are too few pixels.
fn rgb_from(pixels: Vec<u8>, format: jpeg_decoder::PixelFormat, width: u32, height: u32) -> Option<RgbImage> {
    use jpeg_decoder::PixelFormat;
    let rgb = match format {
        PixelFormat::RGB24 => pixels,
        PixelFormat::L8 => pixels.iter().flat_map(|&grey| [grey; 3]).collect(),
        // Sixteen bits come in the machine's byte order.
        PixelFormat::L16 => pixels
            .chunks_exact(2)
            .flat_map(|pair| [(u16::from_ne_bytes([pair[0], pair[1]]) >> 8) as u8; 3])
            .collect(),
        PixelFormat::CMYK32 => pixels
            .chunks_exact(4)
            .flat_map(|ink| from_cmyk([ink[0], ink[1], ink[2], ink[3]]))
            .collect(),
    };
    RgbImage::from_raw(width, height, rgb)
}

/// Ink as `jpeg-decoder` gives it (0 = none) without a colour profile.
pub(super) fn from_cmyk([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    [cyan, magenta, yellow].map(|ink| (u16::from(255 - ink) * u16::from(255 - black) / 255) as u8)
}
