//! Forty generated pictures without a subject: blank, black, noise, plain text. Each must be recognized as what it is.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use eyebright_tests::run;
use image::{Rgb, RgbImage};
use tempfile::TempDir;

/// A small random number generator, so that the pictures never change.
struct Random(u64);

impl Random {
    /// Evenly distributed, 0..256.
    fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as u8
    }

    /// Approximately normal, with mean 0 and standard deviation 1.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| f32::from(self.byte()) / 255.0).sum::<f32>() - 6.0
    }
}

/// One picture: name, pixels, expected kind, and a word that its sentence must contain.
struct Variant(&'static str, RgbImage, &'static str, &'static str);

fn plain(width: u32, height: u32, colour: [u8; 3]) -> RgbImage {
    RgbImage::from_pixel(width, height, Rgb(colour))
}

/// One colour with sensor noise. `deviation` is its standard deviation, in levels of 0..255.
fn grainy(colour: [u8; 3], deviation: f32, seed: u64) -> RgbImage {
    let mut random = Random(seed);
    let mut level = move |base: u8| {
        (f32::from(base) + deviation * random.normal())
            .round()
            .clamp(0.0, 255.0) as u8
    };
    RgbImage::from_fn(640, 480, |_, _| Rgb(colour.map(&mut level)))
}

/// Random blocks of `size` x `size` pixels. With `grey` all channels are equal. `levels` is the number of different
/// values.
fn noise(size: u32, grey: bool, levels: u8, seed: u64) -> RgbImage {
    let mut random = Random(seed);
    let (columns, rows) = (640 / size, 480 / size);
    let mut value = move || (u16::from(random.byte()) * u16::from(levels) / 256 * 255 / u16::from(levels - 1)) as u8;
    let blocks = RgbImage::from_fn(columns, rows, |_, _| {
        let first = value();
        Rgb(if grey { [first; 3] } else { [first, value(), value()] })
    });
    RgbImage::from_fn(columns * size, rows * size, |x, y| {
        *blocks.get_pixel(x / size, y / size)
    })
}

fn gradient(from: [u8; 3], to: [u8; 3], across: bool) -> RgbImage {
    RgbImage::from_fn(800, 600, |x, y| {
        let share = if across { x as f32 / 799.0 } else { y as f32 / 599.0 };
        let mix = |c: usize| (f32::from(from[c]) * (1.0 - share) + f32::from(to[c]) * share).round() as u8;
        Rgb([mix(0), mix(1), mix(2)])
    })
}

fn variants() -> Vec<Variant> {
    vec![
        Variant("white.png", plain(640, 480, [255; 3]), "blank", "white"),
        Variant("white.jpg", plain(4000, 3000, [255; 3]), "blank", "white"),
        Variant("nearly-white.png", grainy([250; 3], 2.0, 1), "blank", "white"),
        Variant("white-noise.jpg", grainy([246; 3], 4.0, 2), "blank", "white"),
        Variant("grey.png", plain(300, 900, [128; 3]), "blank", "grey"),
        Variant("grey.jpg", grainy([128; 3], 3.0, 3), "blank", "grey"),
        Variant("red.png", plain(640, 480, [220, 20, 30]), "blank", "red"),
        Variant("green.jpg", plain(640, 480, [40, 140, 50]), "blank", "green"),
        Variant("blue.png", plain(64, 64, [30, 60, 200]), "blank", "blue"),
        Variant("yellow.png", plain(2000, 100, [250, 220, 50]), "blank", "yellow"),
        Variant("tiny.png", plain(1, 1, [255; 3]), "blank", "white"),
        Variant("line.png", plain(1, 5000, [30, 60, 200]), "blank", "blue"),
        Variant("black.png", plain(1920, 1080, [0; 3]), "black", "black"),
        Variant("black.jpg", plain(640, 480, [0; 3]), "black", "black"),
        Variant("nearly-black.png", plain(640, 480, [6, 5, 8]), "black", "black"),
        Variant("dark-grain.png", grainy([4; 3], 2.0, 4), "black", "black"),
        Variant("dark-grain.jpg", grainy([6; 3], 4.0, 5), "black", "black"),
        Variant("black-tiny.png", plain(2, 2, [0; 3]), "black", "black"),
        Variant("colour-noise.png", noise(1, false, 255, 6), "blank", "noise"),
        Variant("grey-noise.png", noise(1, true, 255, 7), "blank", "noise"),
        Variant("binary-noise.png", noise(1, true, 2, 8), "blank", "noise"),
        Variant("noise-2.png", noise(2, false, 255, 9), "blank", "noise"),
        Variant("noise-4.png", noise(4, true, 255, 10), "blank", "noise"),
        Variant("noise.jpg", noise(1, true, 255, 11), "blank", "noise"),
        Variant("strong-grain.png", grainy([128; 3], 40.0, 12), "blank", "noise"),
        Variant(
            "sky.png",
            gradient([20, 30, 90], [150, 200, 240], false),
            "blank",
            "blue",
        ),
        Variant("grey-ramp.png", gradient([0; 3], [255; 3], true), "blank", "colour"),
        Variant(
            "sunset.png",
            gradient([245, 130, 30], [60, 25, 75], false),
            "blank",
            "colour",
        ),
        Variant("ramp.jpg", gradient([255; 3], [40, 90, 210], true), "blank", "colour"),
        Variant(
            "faint-ramp.png",
            gradient([200, 200, 210], [230; 3], true),
            "blank",
            "grey",
        ),
    ]
}

/// Paths of the ten pages of text made by `variants/make.py`.
fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("variants");
    (0..10)
        .map(|number| folder.join(format!("text-{number}.png")))
        .collect()
}

#[test]
fn forty_empty_pictures_are_told_by_name() {
    let folder = TempDir::new().unwrap();
    let variants = variants();
    let mut files = Vec::new();
    for Variant(name, picture, ..) in &variants {
        let path = folder.path().join(name);
        picture.save(&path).unwrap();
        files.push(path);
    }
    files.extend(pages());
    assert_eq!(files.len(), 40);
    let told = run([Path::new("describe"), Path::new("--json")]
        .into_iter()
        .chain(files.iter().map(PathBuf::as_path)));
    let told = told.json();
    assert_eq!(told.len(), 40);
    let mut wrong = Vec::new();
    for (Variant(name, _, kind, word), line) in variants.iter().zip(&told) {
        let sentence = line["sentence"].as_str().unwrap_or_default();
        if line["kind"] != *kind || !sentence.contains(word) || line["caption"] != serde_json::Value::Null {
            wrong.push(format!("{name}: {} {sentence:?}", line["kind"]));
        }
    }
    for line in &told[variants.len()..] {
        if line["kind"] != "document" {
            wrong.push(format!("{}: {} {}", line["file"], line["kind"], line["sentence"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
