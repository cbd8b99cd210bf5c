//! What can go wrong in the engine. Every message says what happened and then what to do, so that it can be spoken.

mod checkpoint;
mod pack;
mod picture;

use crate::base::task::Task;
use crate::base::text::first_line;

pub use checkpoint::{CheckpointError, Misfit};
pub use pack::PackError;
pub use picture::PictureError;

/// Any failure of the engine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The picture cannot be used.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The pack cannot be used.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The published model cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A published model was not made for what is asked of it.
    #[error("The model {model} {}.", unable(*.task))]
    Unable {
        /// Name of its folder.
        model: String,
        /// What was asked.
        task: Task,
    },
    /// A recording with values that are no numbers.
    #[error("The recording is damaged: some of its values are no numbers. Record it again.")]
    Sound,
    /// A picture was looked at by another family than the one that is asked: a defect of ours.
    #[error("Another model looked at the picture. Describe it again.")]
    Memory,
    /// The caller's cancel token was set.
    #[error("Cancelled.")]
    Cancelled,
    /// A computation failed: a defect of ours or of the device.
    #[error("The model could not be run: {}. Try again with the device set to cpu.", first_line(.0))]
    Tensor(#[from] candle_core::Error),
    /// A network run by `rten` failed: a defect of ours or of its file.
    #[error("The model could not be run: {0}. Fetch its pack again, or report this.")]
    Network(String),
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
            Self::Checkpoint(error) => error.code(),
            Self::Unable { task: Task::Answer, .. } => "cannot_answer",
            Self::Unable {
                task: Task::Caption, ..
            } => "cannot_caption",
            Self::Unable { .. } => "cannot_compare",
            Self::Sound => "sound_damaged",
            Self::Cancelled => "cancelled",
            Self::Memory | Self::Tensor(_) | Self::Network(_) | Self::Tokenizer(_) => "model_failed",
        }
    }
}

fn unable(task: Task) -> &'static str {
    match task {
        Task::Caption => {
            "was not made to describe pictures. Choose another for that, such as glance or a BLIP for captions"
        }
        Task::Answer => "was not made to answer questions. Choose another for that, such as a BLIP for questions",
        Task::Embed => "was not made to compare pictures. Choose another for that, such as glance",
        Task::Match => "was not made to compare texts with pictures. Choose another for that, such as glance",
    }
}

/// A run of a network that fails is a defect of ours.
pub(crate) fn network_failed(error: impl ToString) -> Error {
    Error::Network(first_line(&error))
}

/// `Result` with the engine's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
