//! A piece of text on a page.

/// The upright box of a piece of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Which one it is for the caller.
    pub index: usize,
    /// Edges, in pixels.
    pub left: f32,
    /// Edges, in pixels.
    pub top: f32,
    /// Edges, in pixels.
    pub right: f32,
    /// Edges, in pixels.
    pub bottom: f32,
}

impl Piece {
    /// Bottom - top.
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// Between top and bottom.
    pub fn middle(&self) -> f32 {
        f32::midpoint(self.top, self.bottom)
    }
}
