//! Contents of the clipboard, and the trait that each system implements.

use std::path::PathBuf;

use eyebright_domain::Fault;
use image::RgbImage;

/// Most bytes of a picture that are read, as many as from a file.
pub(super) const MOST_BYTES: usize = 200_000_000;

/// Contents of the clipboard.
#[derive(Debug, Clone, PartialEq)]
pub enum Clip {
    /// Copied files, or files that a copied text names.
    Files(Vec<PathBuf>),
    /// A picture in a file format: PNG, JPEG and so on, not decoded yet.
    Encoded(Vec<u8>),
    /// A picture that the system hands out as pixels.
    Pixels(RgbImage),
}

/// Reads the clipboard of one system. If content of a kind is absent, the result is empty or `None`; a clipboard that
/// does not answer is a fault.
pub(super) trait Clipboard {
    /// Copied files that lie on this machine.
    fn files(&mut self) -> Result<Vec<PathBuf>, Fault>;
    /// A copied picture.
    fn picture(&mut self) -> Result<Option<Clip>, Fault>;
    /// A copied text.
    fn text(&mut self) -> Result<Option<String>, Fault>;
}
