//! From bytes to pixels, with every limit checked on the header.

use std::io::{self, Cursor};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};

use super::Picture;
use super::jpeg::jpeg;

/// What is accepted.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Length of the input.
    pub bytes: usize,
    /// Width x height of the first frame.
    pub pixels: u64,
}

impl Default for Limits {
    /// 200 MB and 100 megapixels.
    fn default() -> Self {
        Self {
            bytes: 200_000_000,
            pixels: 100_000_000,
        }
    }
}

/// Why a picture cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// No bytes.
    #[error("The file is empty. Save or download the picture again.")]
    Empty,
    /// More bytes than [`Limits::bytes`].
    #[error("The file is too large: {found} megabytes, and at most {limit} are read. Save it smaller.")]
    TooManyBytes {
        /// Megabytes.
        found: usize,
        /// Megabytes.
        limit: usize,
    },
    /// More pixels than [`Limits::pixels`].
    #[error(
        "The picture is too large: {width} by {height} pixels, and at most {limit} megapixels are read. Save it smaller."
    )]
    TooManyPixels {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// Megapixels.
        limit: u64,
    },
    /// A picture format that is not read.
    #[error("{0} pictures cannot be read yet. Save it as JPEG or PNG and try again.")]
    Unsupported(&'static str),
    /// No picture at all.
    #[error("This is not a picture. Give a JPEG, PNG, GIF, WebP, TIFF or BMP file.")]
    NotAPicture,
    /// A picture that breaks off or contradicts itself; the decoder's own words are for programmers only.
    #[error("The picture is damaged: {0}. Save or download it again.")]
    Damaged(&'static str),
}

impl PictureError {
    /// A stable word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "picture_empty",
            Self::TooManyBytes { .. } | Self::TooManyPixels { .. } => "picture_too_large",
            Self::Unsupported(_) => "picture_format_unsupported",
            Self::NotAPicture => "not_a_picture",
            Self::Damaged(_) => "picture_damaged",
        }
    }
}

impl Limits {
    pub(super) fn check(&self, width: u32, height: u32, bytes_per_pixel: u8) -> Result<(), PictureError> {
        if width == 0 || height == 0 {
            return Err(PictureError::Damaged("it has no pixels"));
        }
        // Deeper pixels need more memory, so fewer of them are read.
        let limit = self.pixels * 4 / u64::from(bytes_per_pixel.max(4));
        if u64::from(width) * u64::from(height) > limit {
            return Err(PictureError::TooManyPixels {
                width,
                height,
                limit: limit / 1_000_000,
            });
        }
        Ok(())
    }
}

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, PictureError> {
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

/// Whether the decoder ran out of bytes, wherever in its error that is said.
fn ran_out(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::UnexpectedEof)
}

pub(super) fn damaged(error: &(dyn std::error::Error + 'static)) -> PictureError {
    PictureError::Damaged(if ran_out(error) {
        "it breaks off before its end"
    } else {
        "some of its data are wrong"
    })
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

pub(super) fn upright(mut image: DynamicImage, orientation: Option<Orientation>, size: (u32, u32)) -> Picture {
    let orientation = orientation.unwrap_or(Orientation::NoTransforms);
    image.apply_orientation(orientation);
    let swapped = matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let (width, height) = if swapped { (size.1, size.0) } else { size };
    Picture {
        rgb: image.into_rgb8(),
        width,
        height,
        is_capture: false,
        original: None,
    }
}
