//! What a clipboard may hold, and what it can be asked.

use std::path::PathBuf;

use eyebright_domain::Fault;
use image::RgbImage;

/// As much as is read from a file, too.
pub(super) const MOST_BYTES: usize = 200_000_000;

/// What lay on the clipboard.
#[derive(Debug, Clone, PartialEq)]
pub enum Clip {
    /// Copied files, or files that a copied text names.
    Files(Vec<PathBuf>),
    /// A picture in a file format: PNG, JPEG and so on, not decoded yet.
    Encoded(Vec<u8>),
    /// A picture that the system hands out as pixels.
    Pixels(RgbImage),
}

/// What a system's clipboard can be asked. An absent kind of content is no fault; a clipboard that does not answer is.
pub(super) trait Clipboard {
    /// Copied files that lie on this machine.
    fn files(&mut self) -> Result<Vec<PathBuf>, Fault>;
    /// A copied picture.
    fn picture(&mut self) -> Result<Option<Clip>, Fault>;
    /// A copied text.
    fn text(&mut self) -> Result<Option<String>, Fault>;
}
