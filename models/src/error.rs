//! What can go wrong in the engine. Every message says what happened and then what to do, so that it can be spoken.

use crate::{pack::PackError, picture::PictureError};

/// Any failure of the engine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The picture cannot be used.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The pack cannot be used.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The caller's cancel token was set.
    #[error("Cancelled.")]
    Cancelled,
    /// A computation failed: a defect of ours or of the device.
    #[error("The model could not be run: {0}. Try again with the device set to cpu.")]
    Tensor(#[from] candle_core::Error),
    /// An ONNX network failed.
    #[error("The network {name} could not be run: {reason}. Check the pack with: packs verify.")]
    Network {
        /// File of the network.
        name: &'static str,
        /// What the runtime said.
        reason: String,
    },
    /// The tokenizer failed.
    #[error("The text could not be read by the tokenizer: {0}.")]
    Tokenizer(String),
}

impl Error {
    /// A stable word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Picture(error) => error.code(),
            Self::Pack(error) => error.code(),
            Self::Cancelled => "cancelled",
            Self::Tensor(_) | Self::Network { .. } | Self::Tokenizer(_) => "model_failed",
        }
    }
}

/// `Result` with the engine's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
