//! Picks among the formats in which a program offers its content.

use std::path::PathBuf;

use eyebright_domain::Fault;

use super::clip::{Clip, Clipboard};
use crate::links;

/// Content that some program offers in one or more formats, named by their MIME types.
pub(super) trait Offer {
    /// The formats on offer, in the order of the program.
    fn formats(&self) -> &[String];

    /// The content in one of the formats. `None` if the program declines.
    fn fetch(&mut self, format: &str) -> Result<Option<Vec<u8>>, Fault>;
}

/// Formats of file lists, best first. `application/x-kde-cutselection` beside them only says that the files were cut.
const FILES: [&str; 4] = [
    "text/uri-list",
    "x-special/gnome-copied-files",
    "x-special/mate-copied-files",
    "x-special/nautilus-clipboard",
];

/// Formats of pictures, best first: lossless ones, then small ones. Programs convert on demand.
const PICTURES: [&str; 12] = [
    "image/png",
    "image/webp",
    "image/jpeg",
    "image/jpg",
    "image/tiff",
    "image/gif",
    "image/bmp",
    "image/x-bmp",
    "image/x-ms-bmp",
    "image/x-MS-bmp",
    "image/qoi",
    "image/x-tga",
];

/// Formats of texts, best first, in UTF-8. Only `STRING` should be Latin-1, and only old programs have nothing better.
const TEXTS: [&str; 5] = [
    "text/plain;charset=utf-8",
    "text/plain;charset=UTF-8",
    "UTF8_STRING",
    "text/plain",
    "STRING",
];

/// Most bytes of a text that are looked at: a longer one names no files.
const LONGEST_TEXT: usize = 1 << 20;

impl<O: Offer> Clipboard for O {
    fn files(&mut self) -> Result<Vec<PathBuf>, Fault> {
        for format in among(self.formats(), &FILES) {
            if let Some(list) = self.fetch(&format)? {
                let files = links::files_of_list(&String::from_utf8_lossy(&list));
                if !files.is_empty() {
                    return Ok(files);
                }
            }
        }
        Ok(Vec::new())
    }

    fn picture(&mut self) -> Result<Option<Clip>, Fault> {
        let mut formats = among(self.formats(), &PICTURES);
        // An unknown format is left to the decoder, which may know it or say why not. SVG has no pixels to decode.
        let unknown = |format: &&String| format.starts_with("image/") && !format.starts_with("image/svg");
        formats.extend(self.formats().iter().find(unknown).cloned());
        for format in formats {
            if let Some(bytes) = self.fetch(&format)?.filter(|bytes| !bytes.is_empty()) {
                return Ok(Some(Clip::Encoded(bytes)));
            }
        }
        Ok(None)
    }

    fn text(&mut self) -> Result<Option<String>, Fault> {
        let Some(format) = among(self.formats(), &TEXTS).into_iter().next() else {
            return Ok(None);
        };
        let bytes = self.fetch(&format)?;
        Ok(bytes.map(|mut bytes| {
            bytes.truncate(LONGEST_TEXT);
            String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect())
        }))
    }
}

/// The wanted formats that are on offer, best first.
fn among(offered: &[String], wanted: &[&str]) -> Vec<String> {
    wanted
        .iter()
        .filter(|wanted| offered.iter().any(|format| format == *wanted))
        .map(|&format| format.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fake {
        formats: Vec<String>,
        contents: Vec<Option<&'static [u8]>>,
    }

    impl Fake {
        fn new(offered: &[(&str, Option<&'static str>)]) -> Self {
            Self {
                formats: offered.iter().map(|(format, _)| (*format).to_owned()).collect(),
                contents: offered.iter().map(|(_, content)| content.map(str::as_bytes)).collect(),
            }
        }
    }

    impl Offer for Fake {
        fn formats(&self) -> &[String] {
            &self.formats
        }

        fn fetch(&mut self, format: &str) -> Result<Option<Vec<u8>>, Fault> {
            let place = self.formats.iter().position(|offered| offered == format);
            Ok(place.and_then(|place| self.contents[place]).map(<[u8]>::to_vec))
        }
    }

    #[test]
    fn files_come_in_the_forms_of_every_file_manager() {
        let dolphin = Fake::new(&[
            ("text/plain", Some("/tmp/a.png")),
            ("application/x-kde-cutselection", Some("1")),
            ("text/uri-list", Some("file:///tmp/a.png\r\n")),
        ]);
        let thunar = Fake::new(&[("x-special/gnome-copied-files", Some("copy\nfile:///tmp/a.png"))]);
        // A program may offer a list of links elsewhere beside the one of local files.
        let both = Fake::new(&[
            ("text/uri-list", Some("sftp://host/a.png")),
            ("x-special/mate-copied-files", Some("cut\nfile:///tmp/a.png")),
        ]);
        for mut fake in [dolphin, thunar, both] {
            assert_eq!(fake.files().unwrap(), [PathBuf::from("/tmp/a.png")]);
        }
        let mut browser = Fake::new(&[
            ("text/uri-list", Some("https://example.org/a.png")),
            ("text/html", Some("<img>")),
        ]);
        assert!(browser.files().unwrap().is_empty());
    }

    #[test]
    fn the_best_picture_is_taken_and_a_declined_one_passed_over() {
        let picture = |offered: &[(&str, Option<&'static str>)]| Fake::new(offered).picture().unwrap();
        let encoded = |content: &str| Some(Clip::Encoded(content.as_bytes().to_vec()));
        assert_eq!(
            picture(&[("image/jpeg", Some("jpeg")), ("image/png", Some("png"))]),
            encoded("png")
        );
        assert_eq!(
            picture(&[("image/jpeg", Some("jpeg")), ("image/png", None)]),
            encoded("jpeg")
        );
        assert_eq!(
            picture(&[("image/png", Some("")), ("image/bmp", Some("bmp"))]),
            encoded("bmp")
        );
        assert_eq!(
            picture(&[("image/svg+xml", Some("svg")), ("image/avif", Some("avif"))]),
            encoded("avif")
        );
        assert_eq!(
            picture(&[("image/svg+xml", Some("svg")), ("text/plain", Some("x"))]),
            None
        );
    }

    #[test]
    fn texts_of_old_programs_are_latin_1() {
        let mut fake = Fake {
            formats: vec!["STRING".to_owned()],
            contents: vec![Some(b"/tmp/B\xe4r.png")],
        };
        assert_eq!(fake.text().unwrap().as_deref(), Some("/tmp/Bär.png"));
    }
}
