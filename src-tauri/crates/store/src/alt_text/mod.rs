//! Writes a sentence into a picture's file as its alt text. Pixels, and everything else that the file says, stay as they are.
//!
//! JPEG, PNG and WebP carry it as XMP (`xmp`); PNG has a `Description` of its own besides.

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
