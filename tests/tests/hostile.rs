//! Pictures that are empty, truncated, mislabelled, oddly encoded or oddly named: each must be described, or refused
//! with a clear message.

#![allow(clippy::unwrap_used)]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use eyebright_tests::gallery::Fate::{Fails, Says};
use eyebright_tests::gallery::{Gallery, claiming_png, describe, encoded};
use eyebright_tests::{picture, run};
use image::{DynamicImage, ImageFormat, Luma, LumaA, Rgb, RgbImage, Rgba, RgbaImage};

const RED: Rgb<u8> = Rgb([220, 20, 30]);

/// Reads a file of `tests/hostile`.
fn kept(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile").join(name)).unwrap()
}

fn plain(colour: Rgb<u8>) -> RgbImage {
    RgbImage::from_pixel(64, 48, colour)
}

#[test]
fn what_is_no_picture_is_refused() {
    let mut gallery = Gallery::default();
    gallery.add("empty.png", b"", Fails("picture_empty"));
    gallery.add(
        "letter.jpg",
        b"Dear Ada, this is no picture at all.\n",
        Fails("not_a_picture"),
    );
    gallery.add("zeros.jpg", &[0; 5000], Fails("not_a_picture"));
    gallery.add("one-byte.gif", b"G", Fails("not_a_picture"));
    gallery.add(
        "film.jpg",
        b"\0\0\0\x18ftypisom\0\0\0\0isommp42 and so on",
        Fails("not_a_picture"),
    );
    gallery.add("page.png", b"%PDF-1.7 and so on, for a while", Fails("not_a_picture"));
    gallery.describe();
}

#[test]
fn formats_that_are_not_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("red.avif", kept("red.avif"), "AVIF"),
        ("red.jp2", kept("red.jp2"), "JPEG 2000"),
        (
            "photo.heic",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic and so on".to_vec(),
            "HEIC",
        ),
        // HEIC content under the name of a JPEG, as phones sometimes write.
        (
            "photo.jpg",
            b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic and so on".to_vec(),
            "HEIC",
        ),
    ];
    let paths = cases.each_ref().map(|(name, bytes, _)| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    });
    for (record, (_, _, format)) in describe(&paths).iter().zip(&cases) {
        assert_eq!(record["error"]["code"], "picture_format_unsupported", "{record}");
        let message = record["error"]["message"].as_str().unwrap();
        assert!(
            message.starts_with(format) && message.contains("JPEG or PNG"),
            "{record}"
        );
    }
}

#[test]
fn what_breaks_off_is_damaged_wherever_it_does() {
    let photo = image::open(picture("coffee.jpg")).unwrap().thumbnail(200, 200);
    let mut gallery = Gallery::default();
    let formats = [
        (ImageFormat::Jpeg, "jpg"),
        (ImageFormat::Png, "png"),
        (ImageFormat::Gif, "gif"),
        (ImageFormat::WebP, "webp"),
        (ImageFormat::Tiff, "tiff"),
        (ImageFormat::Bmp, "bmp"),
    ];
    for (format, extension) in formats {
        let whole = encoded(&photo, format);
        for share in [2, 30, 60, 95] {
            let cut = &whole[..whole.len() * share / 100];
            gallery.add(format!("{share}.{extension}"), cut, Fails("picture_damaged"));
        }
        gallery.add(format!("header.{extension}"), &whole[..14], Fails("picture_damaged"));
    }
    gallery.describe();
}

#[test]
fn wrong_checksums_and_headers_are_damage() {
    let mut gallery = Gallery::default();
    let png = encoded(&DynamicImage::from(plain(RED)), ImageFormat::Png);
    let flipped = |at: usize| {
        let mut bytes = png.clone();
        bytes[at] ^= 0x10;
        bytes
    };
    gallery.add("header-checksum.png", &flipped(30), Fails("picture_damaged"));
    gallery.add("data.png", &flipped(50), Fails("picture_damaged"));
    gallery.add("no-width.png", &claiming_png(0, 48), Fails("picture_damaged"));
    gallery.add("lies.png", &claiming_png(64, 4800), Fails("picture_damaged"));
    gallery.describe();
}

#[test]
fn depths_and_palettes_keep_their_colours() {
    let mut gallery = Gallery::default();
    let sixteen = RED.0.map(|level| u16::from(level) * 257);
    gallery.add_image(
        "sixteen.png",
        image::ImageBuffer::from_pixel(64, 48, Rgb(sixteen)),
        Says("red"),
    );
    gallery.add_image(
        "sixteen.tiff",
        image::ImageBuffer::from_pixel(64, 48, Rgb(sixteen)),
        Says("red"),
    );
    gallery.add("grey.tiff", &kept("grey-16-bit.tiff"), Says("grey"));
    gallery.add_image(
        "grey.png",
        image::GrayImage::from_pixel(64, 48, Luma([128])),
        Says("grey"),
    );
    gallery.add_image(
        "grey.jpg",
        image::GrayImage::from_pixel(64, 48, Luma([128])),
        Says("grey"),
    );
    gallery.add("palette.png", &kept("red-palette.png"), Says("red"));
    gallery.add("one-bit.png", &kept("white-1-bit.png"), Says("white"));
    gallery.add_image("palette.gif", plain(RED), Says("red"));
    gallery.add_image("red.bmp", plain(RED), Says("red"));
    gallery.add_image("red.webp", plain(RED), Says("red"));
    gallery.add_image("red.ico", DynamicImage::from(plain(RED)).into_rgba8(), Says("red"));
    gallery.add_image("red.ppm", plain(RED), Says("red"));
    gallery.add_image("red.qoi", plain(RED), Says("red"));
    gallery.describe();
}

#[test]
fn printers_colours_and_progressive_jpeg_are_right() {
    let mut gallery = Gallery::default();
    for name in ["red-cmyk.jpg", "red-ycck.jpg", "red-progressive.jpg"] {
        gallery.add(name, &kept(name), Says("red"));
    }
    gallery.describe();
}

#[test]
fn the_first_frame_of_an_animation_is_described() {
    let mut gallery = Gallery::default();
    for name in ["red-then-blue.gif", "red-then-blue.png", "red-then-blue.webp"] {
        gallery.add(name, &kept(name), Says("red"));
    }
    gallery.describe();
}

#[test]
fn transparency_lies_on_white() {
    let mut gallery = Gallery::default();
    let invisible = RgbaImage::from_pixel(64, 48, Rgba([220, 20, 30, 0]));
    gallery.add_image("invisible.png", invisible.clone(), Says("white"));
    gallery.add_image("invisible.webp", invisible, Says("white"));
    gallery.add_image(
        "faint.png",
        RgbaImage::from_pixel(64, 48, Rgba([0, 0, 0, 51])),
        Says("light grey"),
    );
    gallery.add_image(
        "grey.png",
        image::GrayAlphaImage::from_pixel(64, 48, LumaA([0, 0])),
        Says("white"),
    );
    gallery.add_image(
        "opaque.png",
        RgbaImage::from_pixel(64, 48, Rgba([220, 20, 30, 255])),
        Says("red"),
    );
    gallery.describe();
}

#[test]
fn points_and_lines_are_pictures() {
    let mut gallery = Gallery::default();
    for (width, height) in [(1, 1), (2, 2), (1, 10_000), (10_000, 1)] {
        for extension in ["png", "jpg"] {
            let name = format!("{width}x{height}.{extension}");
            gallery.add_image(&name, RgbImage::from_pixel(width, height, RED), Says("red"));
        }
    }
    gallery.describe();
    // Striped, so that they do not count as blank and the networks run on them.
    let mut line = Gallery::default();
    for (width, height) in [(3, 4000), (4000, 3)] {
        let stripes = RgbImage::from_fn(width, height, |x, y| {
            Rgb([((x + y) * 97 % 251) as u8, (x * y % 199) as u8, 60])
        });
        line.add_image(&format!("{width}x{height}.png"), stripes, Says("."));
    }
    line.describe();
}

#[test]
fn odd_names_are_read_and_given_back() {
    let mut gallery = Gallery::default();
    let red = encoded(&plain(RED).into(), ImageFormat::Png);
    for name in [
        "two  words.png",
        "Bäume über Öl.png",
        "写真.png",
        "no extension",
        "'\"$(*).png",
    ] {
        gallery.add(name, &red, Says("red"));
    }
    #[cfg(unix)]
    gallery.add("line one\nline two.png", &red, Says("red"));
    gallery.describe();
}

#[test]
fn faults_of_files_are_told() {
    let gallery = Gallery::default();
    let empty = gallery.path("empty");
    fs::create_dir(&empty).unwrap();
    let texts = gallery.path("texts");
    fs::create_dir(&texts).unwrap();
    fs::write(texts.join("notes.txt"), "no picture").unwrap();
    let missing = [
        gallery.path("gone.jpg"),
        empty.join("gone.png"),
        gallery.path("gone\nagain.jpg"),
    ];
    let records = describe(&[&missing[0], &missing[1], &missing[2], &empty, &texts]);
    let codes: Vec<_> = records
        .iter()
        .map(|record| record["error"]["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes,
        ["not_found", "not_found", "not_found", "no_pictures", "no_pictures"]
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let mut gallery = Gallery::default();
    gallery.add(
        "secret.png",
        &encoded(&plain(RED).into(), ImageFormat::Png),
        Fails("not_permitted"),
    );
    let secret = gallery.path("secret.png");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o0)).unwrap();
    // Root can read everything: then skip this.
    if fs::File::open(&secret).is_err() {
        gallery.describe();
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_in_a_folder_is_passed_over() {
    let mut gallery = Gallery::default();
    gallery.add_image("red.png", plain(RED), Says("red"));
    let pipe = gallery.path("pipe.png");
    // A pipe that nobody writes into: reading it would never end.
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    std::os::unix::fs::symlink(gallery.folder.path(), gallery.path("loop.png")).unwrap();
    std::os::unix::fs::symlink("nowhere", gallery.path("dangling.png")).unwrap();
    let run = run(["describe", "--json"]
        .map(OsStr::new)
        .into_iter()
        .chain([gallery.folder.path().as_os_str()]));
    let records = run.json();
    assert_eq!((run.code, records.len()), (0, 1), "{run:?}");
    assert_eq!(records[0]["file"], gallery.path("red.png").to_str().unwrap());
}
