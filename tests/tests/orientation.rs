//! Photos with every EXIF orientation.

#![allow(clippy::unwrap_used)]

use std::fs;

use eyebright_tests::gallery::{describe, encoded};
use eyebright_tests::picture;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{ImageEncoder, ImageFormat, RgbImage};
use serde_json::Value;

/// An EXIF block with one entry, the orientation (1 to 8).
fn exif(orientation: u8) -> Vec<u8> {
    let header = *b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
    [&header[..], &[orientation, 0, 0, 0, 0, 0, 0]].concat()
}

/// Pixels of an upright picture as a camera stores them for an `orientation` (EXIF 2.3, section 4.6.4). For example 6
/// means that the first row is the right-hand side of the scene, and the first column its top.
fn stored(upright: &RgbImage, orientation: u8) -> RgbImage {
    let (width, height) = upright.dimensions();
    let (right, bottom) = (width - 1, height - 1);
    let (stored_width, stored_height) = if orientation < 5 {
        (width, height)
    } else {
        (height, width)
    };
    RgbImage::from_fn(stored_width, stored_height, |column, row| {
        let (x, y) = match orientation {
            1 => (column, row),
            2 => (right - column, row),
            3 => (right - column, bottom - row),
            4 => (column, bottom - row),
            5 => (row, column),
            6 => (right - row, column),
            7 => (right - row, bottom - column),
            _ => (row, bottom - column),
        };
        *upright.get_pixel(x, y)
    })
}

fn oriented(upright: &RgbImage, orientation: u8, extension: &str) -> Vec<u8> {
    fn encode(mut encoder: impl ImageEncoder, image: &RgbImage, orientation: u8) {
        encoder.set_exif_metadata(exif(orientation)).unwrap();
        let (width, height) = image.dimensions();
        encoder
            .write_image(image, width, height, image::ExtendedColorType::Rgb8)
            .unwrap();
    }
    let mut bytes = Vec::new();
    let image = stored(upright, orientation);
    match extension {
        "png" => encode(PngEncoder::new(&mut bytes), &image, orientation),
        _ => encode(JpegEncoder::new_with_quality(&mut bytes, 100), &image, orientation),
    }
    bytes
}

/// True if two records describe the same picture. Scores may differ slightly, because rotated JPEG blocks are rounded
/// differently.
fn alike(one: &Value, other: &Value) -> bool {
    let scores = |record: &Value, name: &Value| {
        let tags = record["tags"].as_array().into_iter().flatten();
        tags.filter(|tag| tag["name"] == *name)
            .find_map(|tag| tag["score"].as_f64())
    };
    let best = &one["tags"][0]["name"];
    let near = |a: Option<f64>, b: Option<f64>| a.zip(b).is_some_and(|(a, b)| (a - b).abs() < 0.02);
    one["kind"] == other["kind"] && near(scores(one, best), scores(other, best))
}

#[test]
fn every_orientation_of_exif_is_turned_upright() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: String, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    // Enlarge each pixel to a block of one colour, which JPEG preserves in every orientation.
    let photo = image::open(picture("coffee.jpg")).unwrap();
    let photo = photo.resize_exact(104, 72, FilterType::CatmullRom);
    let upright = photo.resize_exact(832, 576, FilterType::Nearest).into_rgb8();
    let mut paths = Vec::new();
    for extension in ["png", "jpg"] {
        for orientation in 1..=8 {
            paths.push(write(
                format!("{orientation}.{extension}"),
                &oriented(&upright, orientation, extension),
            ));
        }
    }
    // Check the comparison itself: without EXIF, rotated pixels must give different records.
    for orientation in [3, 6] {
        paths.push(write(
            format!("bare-{orientation}.png"),
            &encoded(&stored(&upright, orientation).into(), ImageFormat::Png),
        ));
    }
    let records = describe(&paths);
    for record in &records[..8] {
        for field in ["kind", "sentence", "caption", "tags", "objects", "confidence"] {
            assert_eq!(record[field], records[0][field], "{record}");
        }
    }
    for record in &records[8..16] {
        assert!(alike(record, &records[0]), "{record} is not {}", records[0]);
        assert_eq!(record["sentence"], records[8]["sentence"], "{record}");
    }
    for record in &records[16..] {
        assert!(!alike(record, &records[0]), "{record}");
    }
}
