//! A line of text in a picture.

/// A line of text.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Line {
    /// The text.
    #[serde(rename = "line")]
    pub text: String,
    /// Mean probability of its characters, 0 to 1.
    pub score: f32,
    /// x, y, width and height of the upright box around it, in pixels of the original picture.
    #[serde(rename = "box")]
    pub bbox: [f32; 4],
    /// The direction in which it runs: degrees clockwise from left to right, -180 to 180.
    #[serde(skip)]
    pub angle: f32,
    /// True where it stands in a box like that of a button.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub button: bool,
}

impl Line {
    /// Approximate height of its letters in pixels: that of the box, minus the part that the slant adds.
    #[must_use]
    pub fn height(&self) -> f32 {
        let [_, _, width, height] = self.bbox;
        let slant = self.angle.to_radians().tan().abs();
        // Nearer to a vertical than to a horizontal, width and height change their places.
        let (along, across, slant) = if slant > 1.0 {
            (height, width, slant.recip())
        } else {
            (width, height, slant)
        };
        (across - along * slant).max(0.3 * across)
    }
}
