//! Which of a picture's colours are worth a word.

use crate::sight::pixels::Colour;

/// Smaller shares of the picture are left out, and so is what comes after the first three.
const SHARE: f32 = 0.15;
const MOST: usize = 3;

/// The names of the colours that together make most of what was looked at, the largest first; none if it is of many colours.
pub fn main_colours(colours: &[Colour]) -> Vec<&'static str> {
    let large = colours.iter().filter(|colour| colour.share >= SHARE);
    large.map(|colour| colour.name).take(MOST).collect()
}
