//! Writes a sentence into a picture's file as its alt text. Pixels and all other metadata stay unchanged.
//!
//! JPEG, PNG and WebP carry it as XMP (`xmp`); PNG files get a `Description` text chunk too.

mod error;
mod jpeg;
mod png;
mod save;
#[cfg(test)]
mod tests;
mod webp;
mod xmp;

pub use error::AltTextError;
pub use save::save;
