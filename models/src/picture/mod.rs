//! A picture as the engine sees it: upright, opaque, 8-bit RGB, decoded only after its limits were checked.

mod decode;
mod jpeg;
mod resize;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use image::RgbImage;

pub use decode::{Limits, PictureError};

/// A decoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    rgb: RgbImage,
    width: u32,
    height: u32,
    is_capture: bool,
    /// The JPEG of which `rgb` is a reduced version.
    original: Option<Arc<[u8]>>,
}

impl Picture {
    /// Decodes JPEG, PNG, GIF, WebP, TIFF, BMP, ICO, PNM, TGA or QOI bytes: the first frame, upright (EXIF), over white, 8 bits a channel.
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self, PictureError> {
        decode::decode(bytes, limits)
    }

    /// A picture from pixels.
    #[must_use]
    pub fn from_rgb(rgb: RgbImage) -> Self {
        let (width, height) = rgb.dimensions();
        Self {
            rgb,
            width,
            height,
            is_capture: false,
            original: None,
        }
    }

    /// A picture of a screen or a window. It may be filled by a photo, but what looks drawn is a program.
    #[must_use]
    pub fn capture(rgb: RgbImage) -> Self {
        Self {
            is_capture: true,
            ..Self::from_rgb(rgb)
        }
    }

    /// Whether it was made by [`Picture::capture`].
    #[must_use]
    pub fn is_capture(&self) -> bool {
        self.is_capture
    }

    /// The pixels to work on. A large JPEG is decoded at a half, a quarter or an eighth, so this can be smaller than
    /// [`Picture::width`] x [`Picture::height`].
    #[must_use]
    pub fn rgb(&self) -> &RgbImage {
        &self.rgb
    }

    /// The picture with all its pixels, for what looks at small letters. A JPEG that was reduced is decoded again.
    pub fn in_full(&self) -> Result<Cow<'_, Self>, PictureError> {
        match &self.original {
            Some(bytes) => Ok(Cow::Owned(jpeg::in_full(bytes)?)),
            None => Ok(Cow::Borrowed(self)),
        }
    }

    /// Width of the original, upright, in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height of the original, upright, in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The whole picture squashed to `width` x `height` by antialiased bicubic interpolation, as PIL does it.
    #[must_use]
    pub fn squashed(&self, width: u32, height: u32) -> RgbImage {
        resize::bicubic(&self.rgb, width, height)
    }

    /// The same by antialiased bilinear interpolation.
    #[must_use]
    pub fn squashed_bilinear(&self, width: u32, height: u32) -> RgbImage {
        resize::bilinear(&self.rgb, width, height)
    }
}
