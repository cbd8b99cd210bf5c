//! From bytes to pixels, with every limit checked on the header.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};

use super::Picture;

/// Long side that a reduced JPEG keeps at least: more than any encoder or detector looks at.
const REDUCED_SIDE: f32 = 900.0;

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
    /// A picture that breaks off or contradicts itself.
    #[error("The picture is damaged: {0}. Save or download it again.")]
    Damaged(String),
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
    fn check(&self, width: u32, height: u32) -> Result<(), PictureError> {
        if width == 0 || height == 0 {
            return Err(PictureError::Damaged("it has no pixels".into()));
        }
        if u64::from(width) * u64::from(height) > self.pixels {
            return Err(PictureError::TooManyPixels {
                width,
                height,
                limit: self.pixels / 1_000_000,
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
    match image::guess_format(bytes) {
        Ok(ImageFormat::Jpeg) => jpeg(bytes, limits),
        Ok(format) => other(bytes, format, limits),
        Err(_) => Err(PictureError::NotAPicture),
    }
}

/// Formats that people do have and that no decoder here reads.
fn unsupported(bytes: &[u8]) -> Option<&'static str> {
    let brand = bytes.get(4..12)?;
    match brand {
        b"ftypavif" | b"ftypavis" => Some("AVIF"),
        b"ftypheic" | b"ftypheix" | b"ftyphevc" | b"ftypheim" | b"ftypmif1" | b"ftypmsf1" => Some("HEIC"),
        _ if bytes.starts_with(b"\xff\x0a") || bytes.starts_with(b"\0\0\0\x0cJXL ") => Some("JPEG XL"),
        _ if bytes.starts_with(b"\0\0\0\x0cjP  ") => Some("JPEG 2000"),
        _ if bytes.starts_with(b"8BPS") => Some("Photoshop"),
        _ => None,
    }
}

fn damaged(error: impl ToString) -> PictureError {
    PictureError::Damaged(error.to_string().trim_end_matches('.').to_owned())
}

/// JPEG by `jpeg-decoder`, which can leave out the frequencies that a reduced picture does not need.
fn jpeg(bytes: &[u8], limits: &Limits) -> Result<Picture, PictureError> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(usize::try_from(limits.pixels * 4).unwrap_or(usize::MAX));
    decoder.read_info().map_err(damaged)?;
    let info = decoder.info().ok_or_else(|| damaged("it has no header"))?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    limits.check(width, height)?;
    let share = (REDUCED_SIDE / width.max(height) as f32).min(1.0);
    let wanted = |side: u16| (f32::from(side) * share).ceil() as u16;
    let (reduced_width, reduced_height) = decoder
        .scale(wanted(info.width), wanted(info.height))
        .map_err(damaged)?;
    let pixels = decoder.decode().map_err(damaged)?;
    let format = decoder.info().map_or(info.pixel_format, |info| info.pixel_format);
    let rgb = rgb_from(pixels, format, u32::from(reduced_width), u32::from(reduced_height))
        .ok_or_else(|| damaged("its pixels are incomplete"))?;
    let orientation = decoder.exif_data().and_then(Orientation::from_exif_chunk);
    Ok(upright(DynamicImage::ImageRgb8(rgb), orientation, (width, height)))
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
fn from_cmyk([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    [cyan, magenta, yellow].map(|ink| (u16::from(255 - ink) * u16::from(255 - black) / 255) as u8)
}

fn other(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Result<Picture, PictureError> {
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut decoder = reader.into_decoder().map_err(failure)?;
    let size = decoder.dimensions();
    limits.check(size.0, size.1)?;
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
        other => damaged(other),
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

fn upright(mut image: DynamicImage, orientation: Option<Orientation>, size: (u32, u32)) -> Picture {
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(image: &DynamicImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        image.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    fn code(bytes: &[u8]) -> &'static str {
        Picture::decode(bytes, &Limits::default()).unwrap_err().code()
    }

    #[test]
    fn transparency_is_laid_on_white() {
        let image = image::RgbaImage::from_pixel(2, 2, image::Rgba([0, 0, 0, 51]));
        let picture = Picture::decode(&png(&image.into()), &Limits::default()).unwrap();
        assert_eq!(picture.rgb().get_pixel(1, 1).0, [204; 3]);
    }

    #[test]
    fn sixteen_bits_become_eight() {
        let image = image::ImageBuffer::from_pixel(2, 1, image::Luma([0x8000_u16]));
        let picture = Picture::decode(&png(&DynamicImage::ImageLuma16(image)), &Limits::default()).unwrap();
        assert_eq!(picture.rgb().get_pixel(0, 0).0, [128; 3]);
    }

    #[test]
    fn limits_hold_before_decoding() {
        let bytes = png(&DynamicImage::new_rgb8(20, 10));
        let few = |bytes_, pixels| {
            Picture::decode(&bytes, &Limits { bytes: bytes_, pixels })
                .unwrap_err()
                .code()
        };
        assert_eq!(few(10, 1000), "picture_too_large");
        assert_eq!(few(10_000, 199), "picture_too_large");
        assert!(
            Picture::decode(
                &bytes,
                &Limits {
                    bytes: 10_000,
                    pixels: 200
                }
            )
            .is_ok()
        );
    }

    #[test]
    fn what_is_no_picture_is_told_apart() {
        assert_eq!(code(b""), "picture_empty");
        assert_eq!(code(b"hello, world, this is text"), "not_a_picture");
        assert_eq!(code(b"\0\0\0\x1cftypavif and so on"), "picture_format_unsupported");
        assert_eq!(code(b"\0\0\0\x1cftypheic and so on"), "picture_format_unsupported");
        let whole = png(&DynamicImage::ImageRgb8(RgbImage::from_fn(64, 64, |x, y| {
            image::Rgb([x as u8 * 3, y as u8, 9])
        })));
        assert_eq!(code(&whole[..whole.len() / 2]), "picture_damaged");
    }

    #[test]
    fn ink_becomes_light() {
        assert_eq!(from_cmyk([0, 0, 0, 0]), [255; 3]);
        assert_eq!(from_cmyk([0, 255, 255, 0]), [255, 0, 0]);
        assert_eq!(from_cmyk([9, 9, 9, 255]), [0; 3]);
    }
}
