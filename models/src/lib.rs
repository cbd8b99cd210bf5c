//! The engine of Eyebright: a picture goes in, an honest sentence comes out.
//!
//! In pipeline order: [`pack::Pack::glance`] opens the weights, [`picture::Picture::decode`] reads a picture within limits,
//! [`describer::Describer`] looks at it (an [image encoder](encoders), a [Q-Former](qformer) and a [language model](language) write a
//! caption, [tags] and [objects] are found, [kind] judges the pixels, a [reader] reads text) and the [description] says what that evidence supports.
//!
//! No Tauri, no network, no audio, no clock of its own.

mod attention;
mod bert;
pub mod blip;
pub mod blip2;
pub mod cancel;
pub mod captioner;
pub mod checkpoint;
pub mod clock;
mod consensus;
mod convolution;
pub mod describer;
pub mod description;
pub mod ears;
mod elementwise;
#[cfg(feature = "glance")]
mod embedded;
pub mod encoders;
pub mod error;
pub mod generation;
pub mod kind;
pub mod language;
pub mod lexicon;
mod linear;
mod mapped;
mod matcher;
pub mod moderation;
pub mod objects;
pub mod pack;
pub mod picture;
pub mod preprocessor;
mod product;
pub mod qformer;
mod quantized;
pub mod question;
pub mod reader;
mod shares;
pub mod tags;
pub mod tokenizer;
pub mod tuning;
pub mod vision_language;
pub mod weights;

pub use cancel::Cancel;
pub use candle_core::Device;
pub use describer::Describer;
pub use description::Description;
pub use error::{Error, Result};
pub use moderation::Moderation;
pub use pack::{CATALOG, Pack};
pub use picture::{Limits, Picture};
pub use reader::Reader;
