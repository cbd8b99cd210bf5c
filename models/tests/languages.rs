//! Compares the descriptions of all test pictures in all languages with `tests/golden/descriptions.txt`.
//! `EYEBRIGHT_ACCEPT=1` rewrites that file.

#![allow(clippy::unwrap_used)]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use eyebright_models::{Cancel, Clock, Describer, Device, Language, Limits, Pack, Picture};

const LANGUAGES: [Language; 2] = [Language::English, Language::German];

struct NoClock;

impl Clock for NoClock {
    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

fn pictures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/pictures");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_picture = |path: &PathBuf| {
        path.extension()
            .is_some_and(|ending| ending == "jpg" || ending == "png")
    };
    let mut pictures: Vec<PathBuf> = files.filter(is_picture).collect();
    pictures.sort();
    pictures
}

/// The name of a picture and its description, one line per language.
fn described(describer: &Describer, path: &Path) -> String {
    let picture = Picture::decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap();
    let (description, _) = describer
        .describe(&picture, &Cancel::default(), &NoClock, &mut |_| {})
        .unwrap();
    let mut text = format!("{}\n", path.file_name().unwrap().display());
    for language in LANGUAGES {
        let sentence = [description.sentence(language)];
        let said = [
            &sentence[..],
            &description.more(language),
            &description.everything(language),
        ]
        .concat();
        writeln!(text, "  {}", said.join(" ")).unwrap();
    }
    text
}

#[test]
fn all_pictures_are_described_in_every_language() {
    let describer = Describer::open(&Pack::glance().unwrap(), &Device::Cpu).unwrap();
    let found: String = pictures().iter().map(|path| described(&describer, path)).collect();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/descriptions.txt");
    if std::env::var_os("EYEBRIGHT_ACCEPT").is_some() {
        std::fs::write(&golden, &found).unwrap();
    }
    let expected = std::fs::read_to_string(golden).unwrap();
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}
