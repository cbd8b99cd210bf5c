//! Findings in a picture without a language model: kind of picture from pixels, classes, objects, text, nudity.

pub mod moderation;
pub mod objects;
pub mod ocr;
pub mod pixels;
pub mod tags;
