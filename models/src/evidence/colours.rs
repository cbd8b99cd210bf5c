//! Chooses the colours of a picture that are worth naming.

use crate::sight::pixels::Colour;

/// Minimum share of the picture for a colour to be named; at most `MOST` are.
const SHARE: f32 = 0.15;
const MOST: usize = 3;

/// The names of up to three colours that cover enough of the picture, largest first; empty if there are only small
/// patches of many colours.
pub fn main_colours(colours: &[Colour]) -> Vec<&'static str> {
    let large = colours.iter().filter(|colour| colour.share >= SHARE);
    large.map(|colour| colour.name).take(MOST).collect()
}
