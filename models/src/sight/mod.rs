//! What is found in a picture without language: kinds of picture from pixels, classes, objects, text, nudity.

pub mod moderation;
pub mod objects;
pub mod ocr;
pub mod pixels;
pub mod tags;
