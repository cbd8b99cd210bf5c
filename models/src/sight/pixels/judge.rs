//! Judges a picture by its pixels: its kind and its colours.

use image::RgbImage;

use super::colours::{self, Colour};
use super::decision::decide;
use super::kind::Kind;
use super::statistics::{Grid, Statistics};

/// Kind and colours of a picture, from its pixels alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PixelEvidence {
    /// The kind.
    pub kind: Kind,
    /// True for random pixels (then the kind is blank).
    pub noise: bool,
    /// True for a smooth change from one colour to another (then the kind is blank).
    pub gradient: bool,
    /// Colours by share, the largest first.
    pub colours: Vec<Colour>,
}

/// Judges a picture of any size; the work is bounded by a grid of about 512 x 512 pixels.
#[must_use]
pub fn judge(rgb: &RgbImage) -> PixelEvidence {
    let grid = Grid::new(rgb);
    let (kind, noise, gradient) = decide(&Statistics::of(&grid));
    PixelEvidence {
        kind,
        noise,
        gradient,
        colours: colours::of(&grid),
    }
}

/// The colours of a part of a picture, the largest share first. The part is x, y, width and height in pixels of `rgb`.
#[must_use]
pub fn colours_in(rgb: &RgbImage, [x, y, width, height]: [u32; 4]) -> Vec<Colour> {
    let part = image::imageops::crop_imm(rgb, x, y, width, height).to_image();
    if part.is_empty() {
        return Vec::new();
    }
    colours::of(&Grid::new(&part))
}
