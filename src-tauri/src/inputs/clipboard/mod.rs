//! The clipboard: pictures and picture files out of it, descriptions into it.
//!
//! Every system answers the same three questions ([`Clipboard`]); what they are asked for first is decided here. On Linux
//! programs offer their content in many formats, and [`offer`] picks among them, on X11 and Wayland alike.

#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(target_os = "linux")]
mod offer;
#[cfg(target_os = "linux")]
mod patience;
#[cfg(target_os = "linux")]
mod wayland;
#[cfg(target_os = "linux")]
mod x11;

use std::path::PathBuf;
use std::sync::Mutex;

use image::RgbImage;

use super::links;
use crate::fault::Fault;
use crate::lock::lock;

/// As much as is read from a file, too.
const MOST_BYTES: usize = 200_000_000;

/// What lay on the clipboard.
#[derive(Debug, Clone, PartialEq)]
pub enum Clip {
    /// Copied files, or files that a copied text names.
    Files(Vec<PathBuf>),
    /// A picture in a file format: PNG, JPEG and so on, not decoded yet.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "the system has decoded it"))]
    Encoded(Vec<u8>),
    /// A picture that the system hands out as pixels.
    #[cfg_attr(target_os = "linux", allow(dead_code, reason = "Linux hands out files' bytes"))]
    Pixels(RgbImage),
}

/// What a system's clipboard can be asked. An absent kind of content is no fault; a clipboard that does not answer is.
trait Clipboard {
    /// Copied files that lie on this machine.
    fn files(&mut self) -> Result<Vec<PathBuf>, Fault>;
    /// A copied picture.
    fn picture(&mut self) -> Result<Option<Clip>, Fault>;
    /// A copied text.
    fn text(&mut self) -> Result<Option<String>, Fault>;
}

/// What the person copied last: files before a picture before a text that names files.
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
    // Files that are gone make way for a picture beside them, but not for nothing: that they are gone is worth hearing.
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

/// The one that offers our text. X11 and Wayland ask the program for it at every paste, so it must outlive the call.
static OFFERED: Mutex<Option<arboard::Clipboard>> = Mutex::new(None);

/// Puts a text on the clipboard, where it stays as long as this process lives, or until something else is copied.
pub fn write_text(text: &str) -> Result<(), Fault> {
    let mut offered = lock(&OFFERED);
    if let Some(clipboard) = offered.as_mut()
        && clipboard.set_text(text).is_ok()
    {
        return Ok(());
    }
    // The first time, or the connection has broken.
    *offered = None;
    let mut clipboard = arboard::Clipboard::new().map_err(|_| unwritable())?;
    clipboard.set_text(text).map_err(|_| unwritable())?;
    *offered = Some(clipboard);
    Ok(())
}

fn unwritable() -> Fault {
    Fault::new(
        "clipboard_unwritable",
        "The text could not be copied, as the clipboard cannot be reached. Try again, inside your desktop session.",
    )
}

fn empty() -> Fault {
    Fault::new(
        "clipboard_empty",
        "There is no picture on the clipboard. Copy a picture or a picture file, then try again.",
    )
}

fn only_text() -> Fault {
    Fault::new(
        "clipboard_text",
        "There is text on the clipboard, but no picture. Copy a picture or a picture file, then try again.",
    )
}

fn too_large() -> Fault {
    Fault::new(
        "picture_too_large",
        format!(
            "The copied picture has more than {} megabytes, the most that are read. Save it smaller, and open the file.",
            MOST_BYTES / 1_000_000
        ),
    )
}

/// The program that offered the content is gone, and the content with it.
#[cfg(target_os = "linux")]
fn gone() -> Fault {
    Fault::new(
        "clipboard_gone",
        "The program that held the copied picture has closed. Copy the picture again, and keep that program open.",
    )
}

/// The program that offered the content hangs.
#[cfg(target_os = "linux")]
fn silent() -> Fault {
    Fault::new(
        "clipboard_silent",
        "The program that holds the copied picture does not answer. Wait a moment and try again, or save the picture as a file.",
    )
}

/// No clipboard to speak of: a text console, a remote shell.
fn no_display() -> Fault {
    Fault::new(
        "no_display",
        "There is no desktop here, and so no clipboard. Start Eyebright inside your desktop session, or open a picture file.",
    )
}

/// The talk with the system broke down.
fn unreadable(reason: impl std::fmt::Display) -> Fault {
    Fault::new(
        "clipboard_unreadable",
        format!("The clipboard cannot be read: {reason}. Try again, or open a picture file."),
    )
}

#[cfg(test)]
mod tests {
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
