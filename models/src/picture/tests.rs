//! Limits, depths, damage.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::jpeg::{from_cmyk, jpeg_scans};
use super::{Limits, Picture};
use crate::base::error::PictureError;

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
        Rgb([x as u8 * 3, y as u8, 9])
    })));
    assert_eq!(code(&whole[..whole.len() / 2]), "picture_damaged");
}

#[test]
fn ink_becomes_light() {
    assert_eq!(from_cmyk([0, 0, 0, 0]), [255; 3]);
    assert_eq!(from_cmyk([0, 255, 255, 0]), [255, 0, 0]);
    assert_eq!(from_cmyk([9, 9, 9, 255]), [0; 3]);
}

/// A small picture with edges and colours, in every format that is read.
fn in_every_format() -> Vec<Vec<u8>> {
    let rgb = RgbImage::from_fn(40, 30, |x, y| Rgb([x as u8 * 6, (x ^ y) as u8 * 4, 9]));
    let formats = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::Gif,
        ImageFormat::WebP,
        ImageFormat::Tiff,
        ImageFormat::Bmp,
        ImageFormat::Ico,
        ImageFormat::Pnm,
        ImageFormat::Qoi,
        ImageFormat::Tga,
    ];
    let encoded = |format| {
        let mut bytes = Vec::new();
        let image = match format {
            ImageFormat::Ico => DynamicImage::ImageRgb8(rgb.clone()).into_rgba8().into(),
            _ => DynamicImage::ImageRgb8(rgb.clone()),
        };
        image.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        if format == ImageFormat::Tga {
            bytes.extend(*b"\0\0\0\0\0\0\0\0TRUEVISION-XFILE.\0");
        }
        bytes
    };
    formats.map(encoded).into()
}

#[test]
fn every_promised_format_is_read() {
    for bytes in in_every_format() {
        let picture = Picture::decode(&bytes, &Limits::default()).unwrap();
        assert_eq!((picture.width(), picture.height()), (40, 30));
    }
}

#[test]
fn no_bytes_can_make_a_decoder_panic() {
    let limits = Limits {
        bytes: 1_000_000,
        pixels: 250_000,
    };
    let mut random = StdRng::seed_from_u64(1);
    for whole in in_every_format() {
        for _ in 0..1000 {
            let mut bytes = whole.clone();
            for _ in 0..random.random_range(1..8) {
                // Headers steer decoders, so they are hit more often.
                let end = if random.random() {
                    bytes.len()
                } else {
                    bytes.len().min(64)
                };
                bytes[random.random_range(2..end)] = random.random();
            }
            if random.random_ratio(1, 4) {
                bytes.truncate(random.random_range(0..bytes.len()));
            }
            if let Ok(picture) = Picture::decode(&bytes, &limits) {
                assert!(u64::from(picture.width()) * u64::from(picture.height()) <= limits.pixels);
            }
        }
    }
}

#[test]
fn damage_is_told_in_plain_words() {
    let whole = png(&DynamicImage::ImageRgb8(RgbImage::from_fn(64, 64, |x, y| {
        Rgb([x as u8 * 3, y as u8, 9])
    })));
    let said = |bytes: &[u8]| Picture::decode(bytes, &Limits::default()).unwrap_err().to_string();
    assert_eq!(
        said(&whole[..whole.len() / 2]),
        "The picture is damaged: it breaks off before its end. Save or download it again."
    );
    let mut wrong = whole.clone();
    wrong[whole.len() / 2] ^= 1;
    assert_eq!(
        said(&wrong),
        "The picture is damaged: some of its data are wrong. Save or download it again."
    );
}

#[test]
fn deeper_pixels_are_read_in_smaller_numbers() {
    let eight = png(&DynamicImage::new_rgba8(20, 10));
    let sixteen = png(&DynamicImage::new_rgba16(20, 10));
    let decode = |bytes: &[u8], pixels| Picture::decode(bytes, &Limits { bytes: 10_000, pixels });
    assert!(decode(&eight, 200).is_ok() && decode(&sixteen, 400).is_ok());
    assert_eq!(decode(&sixteen, 399).unwrap_err().code(), "picture_too_large");
}

#[test]
fn brands_beyond_the_first_are_looked_at_and_videos_are_no_pictures() {
    let said = |bytes: &[u8]| match Picture::decode(bytes, &Limits::default()) {
        Err(PictureError::Unsupported(name)) => name,
        other => other.unwrap_err().code(),
    };
    assert_eq!(said(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"), "AVIF");
    assert_eq!(said(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), "HEIC");
    assert_eq!(said(b"\0\0\0\x18ftypisom\0\0\0\0isommp42"), "not_a_picture");
}

/// A JPEG whose last scan stands `times` times.
fn repeated_scan(times: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    DynamicImage::new_luma8(16, 16)
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg)
        .unwrap();
    let scan = jpeg_scans(&bytes).last().unwrap();
    let (head, tail) = bytes.split_at(scan);
    let mut repeated = [head, &tail[..tail.len() - 2].repeat(times), b"\xff\xd9"].concat();
    // What follows the end is not counted.
    repeated.extend(tail.repeat(200));
    repeated
}

#[test]
fn scans_are_counted_to_the_end_of_the_picture_and_limited() {
    assert_eq!(jpeg_scans(&repeated_scan(3)).count(), 3);
    assert!(Picture::decode(&repeated_scan(100), &Limits::default()).is_ok());
    assert_eq!(code(&repeated_scan(101)), "picture_damaged");
}

/// Made by `training/reference.py resize`.
fn golden(name: &str) -> Picture {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    Picture::decode(&std::fs::read(file).unwrap(), &Limits::default()).unwrap()
}

/// One level of difference comes from rounding here and there, two very seldom.
#[test]
fn resizing_equals_pil() {
    for (source, target) in [("picture.png", "small.png"), ("small.png", "enlarged.png")] {
        let theirs = golden(target);
        let ours = golden(source).squashed(theirs.width(), theirs.height());
        let differences: Vec<u8> = ours
            .iter()
            .zip(theirs.rgb().iter())
            .map(|(a, b)| a.abs_diff(*b))
            .collect();
        let sum: f32 = differences.iter().copied().map(f32::from).sum();
        assert!(sum / (differences.len() as f32) < 0.25, "{target}: {sum}");
        assert!(differences.iter().all(|&difference| difference <= 2), "{target}");
    }
}

#[test]
fn bilinear_reducing_equals_pil_to_the_last_bit() {
    let theirs = golden("blurred.png");
    let ours = golden("picture.png").squashed_bilinear(theirs.width(), theirs.height());
    let far: Vec<u8> = ours
        .iter()
        .zip(theirs.rgb().iter())
        .map(|(a, b)| a.abs_diff(*b))
        .collect();
    let wrong = far.iter().filter(|&&far| far > 0).count();
    assert!(wrong == 0, "{wrong} of {}, up to {:?}", far.len(), far.iter().max());
}
