//! A picture that was decoded.

use std::sync::Arc;

use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};

use super::resize;

/// A decoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub(super) rgb: RgbImage,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) is_capture: bool,
    /// The JPEG of which `rgb` is a reduced version.
    pub(super) original: Option<Arc<[u8]>>,
}

impl Picture {
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

    /// True if it was made by [`Picture::capture`].
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

    /// As [`Self::squashed`], by antialiased bilinear interpolation.
    #[must_use]
    pub fn squashed_bilinear(&self, width: u32, height: u32) -> RgbImage {
        resize::bilinear(&self.rgb, width, height)
    }
}

/// Turns an image of `size`, which may be a reduced one, as its orientation says.
pub(super) fn upright(mut image: DynamicImage, orientation: Option<Orientation>, size: (u32, u32)) -> Picture {
    let orientation = orientation.unwrap_or(Orientation::NoTransforms);
    image.apply_orientation(orientation);
    let swapped = matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let (width, height) = if swapped { (size.1, size.0) } else { size };
    Picture {
        rgb: image.into_rgb8(),
        width,
        height,
        is_capture: false,
        original: None,
    }
}
