//! Picture inputs: the arguments of the command line, expanded and read.

use std::path::{Path, PathBuf};

use eyebright_domain::Fault;
use eyebright_models::{Limits, Picture};
use eyebright_store::limited;
use walkdir::WalkDir;

/// Extensions by which pictures are found in folders. Files named on the command line may have any name.
pub const PICTURE_NAMES: [&str; 20] = [
    "avif", "bmp", "gif", "heic", "heif", "ico", "jfif", "jpe", "jpeg", "jpg", "pbm", "pgm", "png", "pnm", "ppm",
    "qoi", "tga", "tif", "tiff", "webp",
];

/// One input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input (`-`).
    Stdin,
    /// A file, named by the person or found in a folder.
    File(PathBuf),
    /// A folder without pictures, which is reported as a failed input.
    EmptyFolder(PathBuf),
    /// The screen or the clipboard, captured when the program started.
    Taken {
        /// Its name in the output.
        name: &'static str,
        /// The capture, or why it failed.
        content: Result<Content, Fault>,
    },
}

/// The content of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Bytes of a picture file.
    Bytes(Vec<u8>),
    /// Pixels of the screen or the clipboard.
    Picture(Picture),
}

impl Content {
    /// Decodes the picture. Fails if it is none or exceeds the limits.
    pub fn picture(&self, limits: &Limits) -> Result<Picture, Fault> {
        match self {
            Self::Bytes(bytes) => Ok(Picture::decode(bytes, limits)?),
            Self::Picture(picture) => Ok(picture.clone()),
        }
    }
}

impl Input {
    /// The name in the output, for people and scripts.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) | Self::EmptyFolder(path) => path.display().to_string(),
            Self::Taken { name, .. } => (*name).to_owned(),
        }
    }

    /// The name for a terminal: control characters are replaced, because a file name may contain escape sequences.
    pub fn label(&self) -> String {
        self.name().replace(char::is_control, "\u{fffd}")
    }

    /// Reads the content, up to the limits.
    pub fn read(&self, limits: &Limits) -> Result<Content, Fault> {
        match self {
            Self::Stdin => Ok(Content::Bytes(limited::read(std::io::stdin().lock(), 0, limits)?)),
            Self::Taken { content, .. } => content.clone(),
            Self::File(path) => Ok(Content::Bytes(limited::file(path, limits)?)),
            Self::EmptyFolder(_) => Err(Fault::no_pictures()),
        }
    }
}

/// Turns paths into inputs. A folder becomes the pictures in and below it, in natural order (2 before 10).
pub fn expand(words: &[PathBuf]) -> Vec<Input> {
    words.iter().flat_map(|word| expand_one(word)).collect()
}

fn expand_one(word: &Path) -> Vec<Input> {
    if word == Path::new("-") {
        return vec![Input::Stdin];
    }
    if !word.is_dir() {
        return vec![Input::File(word.to_owned())];
    }
    let mut files: Vec<PathBuf> = WalkDir::new(word)
        .into_iter()
        // Skip folders that may not be read.
        .filter_map(Result::ok)
        // Regular files only: reading a pipe that nobody writes into would never end.
        .filter(|entry| has_picture_name(entry.path()) && entry.path().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    files
        .sort_by(|a, b| natord::compare_ignore_case(&a.to_string_lossy(), &b.to_string_lossy()).then_with(|| a.cmp(b)));
    if files.is_empty() {
        return vec![Input::EmptyFolder(word.to_owned())];
    }
    files.into_iter().map(Input::File).collect()
}

fn has_picture_name(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().to_lowercase());
    !hidden && extension.is_some_and(|extension| PICTURE_NAMES.contains(&extension.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_pictures_in_natural_order() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"x").unwrap();
        };
        for name in [
            "10.jpg",
            "2.JPG",
            "notes.txt",
            ".hidden.png",
            "sub/1.png",
            "Alpha.tiff",
            "beta.webp",
        ] {
            put(name);
        }
        let names: Vec<String> = expand(&[folder.path().to_owned(), PathBuf::from("-"), PathBuf::from("gone.jpg")])
            .iter()
            .map(|input| input.name().replace(&format!("{}/", folder.path().display()), ""))
            .collect();
        assert_eq!(
            names,
            [
                "2.JPG",
                "10.jpg",
                "Alpha.tiff",
                "beta.webp",
                "sub/1.png",
                "-",
                "gone.jpg"
            ]
        );
    }

    #[test]
    fn a_folder_without_pictures_is_an_input_that_fails() {
        let folder = tempfile::tempdir().unwrap();
        let inputs = expand(&[folder.path().to_owned()]);
        assert_eq!(inputs, [Input::EmptyFolder(folder.path().to_owned())]);
        assert_eq!(inputs[0].read(&Limits::default()).unwrap_err().code, "no_pictures");
    }

    #[test]
    fn nothing_is_read_beyond_the_limit() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), [0; 11]).unwrap();
        let read = |bytes| Input::File(file.path().to_owned()).read(&Limits { bytes, pixels: 1 });
        assert_eq!(read(11).unwrap(), Content::Bytes(vec![0; 11]));
        assert_eq!(read(10).unwrap_err().code, "picture_too_large");
        // The length of a pipe is unknown.
        let endless = limited::read(std::io::repeat(0), 0, &Limits { bytes: 10, pixels: 1 });
        assert_eq!(endless.unwrap_err().code, "picture_too_large");
    }
}
