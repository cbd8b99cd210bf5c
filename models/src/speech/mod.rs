//! Speech recognition: from the samples of a spoken question to its words.
//!
//! [Whisper](https://arxiv.org/abs/2212.04356) (Radford et al., 2022) of any size: a [log-mel spectrogram](LogMel), an
//! [encoder](Encoder) of 30 seconds at once and a [decoder](Decoder) that generates the text, kept from inventing words
//! by the rules of [`Transcriber`]. A [`Listener`] tells when somebody speaks and when they have ended.

mod activity;
mod blocks;
mod checkpoint;
mod config;
mod ctranslate2;
mod decoder;
mod decoding;
mod encoder;
mod mel;
mod transcriber;
mod transcript;

pub use activity::{Activity, Listener, has_speech};
pub use checkpoint::Checkpoint;
pub use config::WhisperConfig;
pub use decoder::{Decoder, Sound, Writing};
pub use decoding::{Rules, Written, write};
pub use encoder::Encoder;
pub use mel::{LogMel, RATE};
pub use transcriber::Transcriber;
pub use transcript::{Outcome, Transcript};
