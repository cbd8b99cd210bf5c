//! Evidence from the pixels alone: photo, screenshot, page of text, drawing, blank, black, noise; and the colours.
//!
//! Networks trained on photos invent things for all the others, so these are told apart first, from simple statistics.

mod colours;
mod decision;
mod judge;
mod kind;
mod statistics;

pub use colours::Colour;
pub use judge::{PixelEvidence, colours_in, judge};
pub use kind::Kind;
