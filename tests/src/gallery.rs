//! Folders of generated pictures, each with its expected result.

#![allow(clippy::unwrap_used)]

use std::ffi::OsStr;
use std::fs;
use std::io::Cursor;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat};
use serde_json::Value;
use tempfile::TempDir;

use crate::run;

/// Time limit for describing one picture.
pub const LONGEST: Duration = Duration::from_secs(10);

/// Expected result of a picture.
#[derive(Debug, Clone, Copy)]
pub enum Fate {
    /// The sentence contains this word.
    Says(&'static str),
    /// The error has this code.
    Fails(&'static str),
}

use Fate::{Fails, Says};

/// A folder of pictures that are described in one run.
pub struct Gallery {
    /// The folder, deleted when the gallery is dropped.
    pub folder: TempDir,
    expected: Vec<(PathBuf, Fate)>,
}

impl Default for Gallery {
    fn default() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            expected: Vec::new(),
        }
    }
}

impl Gallery {
    pub fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.folder.path().join(name.as_ref())
    }

    pub fn add(&mut self, name: impl AsRef<OsStr>, bytes: &[u8], fate: Fate) {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        self.expected.push((path, fate));
    }

    pub fn add_image(&mut self, name: &str, image: impl Into<DynamicImage>, fate: Fate) {
        let format = ImageFormat::from_path(name).unwrap();
        self.add(name, &encoded(&image.into(), format), fate);
    }

    pub fn describe(&self) {
        let paths: Vec<_> = self.expected.iter().map(|(path, _)| path).collect();
        let records = describe(&paths);
        for ((path, fate), record) in self.expected.iter().zip(&records) {
            match fate {
                Says(word) => assert!(sentence(record).contains(word), "{}: {record}", path.display()),
                Fails(code) => assert_eq!(record["error"]["code"], *code, "{}: {record}", path.display()),
            }
        }
    }
}

/// Describes the inputs in one run. Checks time, order and exit code, and each record with [`assert_whole`].
pub fn describe<P: AsRef<OsStr>>(inputs: &[P]) -> Vec<Value> {
    let fixed = ["describe", "--json"].map(OsStr::new);
    let start = Instant::now();
    let run = run(fixed.into_iter().chain(inputs.iter().map(AsRef::as_ref)));
    assert!(start.elapsed() < LONGEST * inputs.len() as u32, "{:?}", start.elapsed());
    let records = run.json();
    assert_eq!(records.len(), inputs.len(), "{run:?}");
    for (input, record) in inputs.iter().zip(&records) {
        assert_eq!(record["file"], input.as_ref().to_string_lossy().as_ref(), "{record}");
        assert_whole(record);
    }
    let failed = records.iter().any(|record| record["error"].is_object());
    assert_eq!(run.code, i32::from(failed), "{run:?}");
    records
}

/// Checks that a record has a sentence or an error that can be spoken.
pub fn assert_whole(record: &Value) {
    if record["error"].is_null() {
        let sentence = sentence(record);
        assert!(
            sentence.starts_with(char::is_uppercase) && sentence.ends_with('.'),
            "{record}"
        );
        let longest = LONGEST.as_secs_f64() * 1000.0;
        assert!(record["ms"]["total"].as_f64().unwrap() < longest, "{record}");
        return;
    }
    let code = record["error"]["code"].as_str().unwrap();
    assert!(
        code.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'),
        "{record}"
    );
    let message = record["error"]["message"].as_str().unwrap();
    let (happened, advice) = message
        .split_once(". ")
        .unwrap_or_else(|| panic!("no advice: {record}"));
    assert!(happened.starts_with(char::is_uppercase), "{record}");
    assert!(
        advice.starts_with(char::is_uppercase) && advice.ends_with('.'),
        "{record}"
    );
    // Symbols that would be unpleasant to hear.
    let symbols = |letter: char| letter.is_control() || "{}[]<>()_|\\/`\"!;=".contains(letter);
    assert!(!message.contains(symbols) && !message.contains("0x"), "{record}");
}

/// The sentence of a record.
pub fn sentence(record: &Value) -> &str {
    record["sentence"].as_str().unwrap_or_else(|| panic!("{record}"))
}

/// Encodes a picture as a file of a format.
pub fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

/// A PNG whose header claims this size, but which contains the data of a small picture only.
pub fn claiming_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(&DynamicImage::new_rgb8(64, 48), ImageFormat::Png);
    // Bytes of the header: signature 8, length 4, "IHDR" 4, width 4, height 4, five more, checksum 4.
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32fast::hash(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}
