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
    /// A recording with values that are no numbers.
    #[error("The recording is damaged: some of its values are no numbers. Record it again.")]
    Sound,
    /// The caller's cancel token was set.
    #[error("Cancelled.")]
    Cancelled,
    /// A computation failed: a defect of ours or of the device.
    #[error("The model could not be run: {}. Try again with the device set to cpu.", first_line(.0))]
    Tensor(#[from] candle_core::Error),
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
            Self::Sound => "sound_damaged",
            Self::Cancelled => "cancelled",
            Self::Tensor(_) | Self::Tokenizer(_) => "model_failed",
        }
    }
}

/// Where `RUST_BACKTRACE` is set, candle's errors go on with a backtrace, which nobody wants to hear.
pub(crate) fn first_line(error: &impl ToString) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// `Result` with the engine's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
