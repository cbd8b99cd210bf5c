//! A piece of text on a page.

/// The upright box of a piece of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The caller's index of it.
    pub index: usize,
    /// Left edge, in pixels.
    pub left: f32,
    /// Top edge, in pixels.
    pub top: f32,
    /// Right edge, in pixels.
    pub right: f32,
    /// Bottom edge, in pixels.
    pub bottom: f32,
}

impl Piece {
    /// Height in pixels: bottom - top.
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// The middle between top and bottom.
    pub fn middle(&self) -> f32 {
        f32::midpoint(self.top, self.bottom)
    }
}
