//! How large a picture may be.

use crate::base::error::PictureError;

/// The largest pictures that are decoded.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Length of the input.
    pub bytes: usize,
    /// Width x height of the first frame.
    pub pixels: u64,
}

impl Default for Limits {
    /// 200 MB and 100 megapixels.
    fn default() -> Self {
        Self {
            bytes: 200_000_000,
            pixels: 100_000_000,
        }
    }
}

impl Limits {
    pub(super) fn check(&self, width: u32, height: u32, bytes_per_pixel: u8) -> Result<(), PictureError> {
        if width == 0 || height == 0 {
            return Err(PictureError::Damaged("it has no pixels"));
        }
        // Deeper pixels need more memory, so fewer of them are read.
        let limit = self.pixels * 4 / u64::from(bytes_per_pixel.max(4));
        if u64::from(width) * u64::from(height) > limit {
            return Err(PictureError::TooManyPixels {
                width,
                height,
                limit: limit / 1_000_000,
            });
        }
        Ok(())
    }
}
