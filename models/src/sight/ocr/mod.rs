//! Text in pictures: where it is, what it says, and in which order it is read.
//!
//! A [detector](detect) marks the cores of lines, [boxes] grows them to rectangles at any angle, a [recogniser](recognise) reads
//! each one, and [order] puts them into the order of a page. The networks are PP-OCRv6 "small" (Apache-2.0), run by `rten`.

mod boxes;
mod buttons;
mod crop;
mod detect;
mod geometry;
mod line;
mod order;
mod page;
mod parallel;
mod piece;
mod reader;
mod recognise;
mod rows;
#[cfg(test)]
mod tests;

pub use line::Line;
pub use reader::Reader;
