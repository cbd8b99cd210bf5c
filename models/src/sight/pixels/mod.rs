//! What the pixels alone tell: photo, screenshot, page of text, drawing, blank, black, noise; and the colours.
//!
//! Networks trained on photos invent things for all the others, so these are told apart first, from simple statistics.

mod colours;
mod decision;
mod statistics;

use image::RgbImage;

pub use colours::Colour;

use statistics::Statistics;

/// Kind of picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Anything with the texture of the world, paintings too.
    #[default]
    Photo,
    /// A program's window or a page with panels.
    Screenshot,
    /// Lines of text on an even ground.
    Document,
    /// Icon, diagram, clip art.
    Drawing,
    /// One colour, a smooth change of colours, or noise.
    Blank,
    /// Black or nearly so.
    Black,
}

/// What was judged from pixels.
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
    let grid = statistics::Grid::new(rgb);
    let (kind, noise, gradient) = decision::decide(&Statistics::of(&grid));
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
    colours::of(&statistics::Grid::new(&part))
}
