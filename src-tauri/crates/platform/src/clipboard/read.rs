//! Reading the clipboard: files, a picture, or a text that names files.

use eyebright_domain::Fault;

use super::clip::{Clip, Clipboard};
use super::faults::{empty, only_text};
#[cfg(not(target_os = "linux"))]
use super::native;
#[cfg(target_os = "linux")]
use super::{wayland, x11};
use crate::links;

/// Reads the clipboard. Files come before a picture, and a picture before a text that names files.
pub fn read() -> Result<Clip, Fault> {
    choose(&mut *open()?)
}

#[cfg(target_os = "linux")]
fn open() -> Result<Box<dyn Clipboard>, Fault> {
    match wayland::Wayland::open() {
        // No Wayland, or one that keeps its clipboard from programs without focus (GNOME); its X server mirrors it then.
        None => Ok(Box::new(x11::X11::open()?)),
        Some(opened) => Ok(Box::new(opened?)),
    }
}

#[cfg(not(target_os = "linux"))]
fn open() -> Result<Box<dyn Clipboard>, Fault> {
    Ok(Box::new(native::Native::open()?))
}

fn choose(clipboard: &mut dyn Clipboard) -> Result<Clip, Fault> {
    let files = clipboard.files()?;
    // A picture comes before files that no longer exist. Without one the missing files are returned, so that they are
    // reported.
    if files.iter().any(|file| file.exists()) {
        return Ok(Clip::Files(files));
    }
    if let Some(picture) = clipboard.picture()? {
        return Ok(picture);
    }
    if !files.is_empty() {
        return Ok(Clip::Files(files));
    }
    match clipboard.text()? {
        Some(text) if !text.trim().is_empty() => links::files_of_text(&text).map(Clip::Files).ok_or_else(only_text),
        _ => Err(empty()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[derive(Default)]
    struct Fake {
        files: Vec<PathBuf>,
        picture: Option<Clip>,
        text: Option<String>,
    }

    impl Clipboard for Fake {
        fn files(&mut self) -> Result<Vec<PathBuf>, Fault> {
            Ok(self.files.clone())
        }

        fn picture(&mut self) -> Result<Option<Clip>, Fault> {
            Ok(self.picture.clone())
        }

        fn text(&mut self) -> Result<Option<String>, Fault> {
            Ok(self.text.clone())
        }
    }

    fn chosen(mut fake: Fake) -> Result<Clip, &'static str> {
        choose(&mut fake).map_err(|fault| fault.code)
    }

    #[test]
    fn files_come_before_a_picture_before_a_text() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let here = vec![file.path().to_owned()];
        let lost = vec![PathBuf::from("/no/such/file.png")];
        let picture = Some(Clip::Encoded(vec![1]));
        let text = Some(file.path().display().to_string());

        let all = |files: &[PathBuf]| Fake {
            files: files.to_vec(),
            picture: picture.clone(),
            text: text.clone(),
        };
        assert_eq!(chosen(all(&here)), Ok(Clip::Files(here.clone())));
        assert_eq!(chosen(all(&[])), Ok(Clip::Encoded(vec![1])));
        assert_eq!(chosen(all(&lost)), Ok(Clip::Encoded(vec![1])));
        let only = Fake {
            text,
            ..Fake::default()
        };
        assert_eq!(chosen(only), Ok(Clip::Files(here)));
        let only = Fake {
            files: lost.clone(),
            ..Fake::default()
        };
        assert_eq!(chosen(only), Ok(Clip::Files(lost)));
    }

    #[test]
    fn nothing_and_mere_text_are_told_apart() {
        let of_text = |text: &str| Fake {
            text: Some(text.to_owned()),
            ..Fake::default()
        };
        assert_eq!(chosen(Fake::default()), Err("clipboard_empty"));
        assert_eq!(chosen(of_text(" \n")), Err("clipboard_empty"));
        assert_eq!(chosen(of_text("Dear Anna")), Err("clipboard_text"));
    }
}
