//! Faults: the error type that people and scripts see.

use std::path::Path;

use eyebright_models::CheckpointError;
use eyebright_models::PackError;
use eyebright_models::PictureError;
use serde::Serialize;

/// The one shape of every failure: a stable word and a sentence that says what happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Fault {
    /// For scripts.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

impl Fault {
    /// Makes a fault from a code and a message.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A file that cannot be read. The message does not name the file: its name is shown beside every fault.
    pub fn unreadable(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::new("not_found", "There is no such file. Check the name."),
            std::io::ErrorKind::PermissionDenied => {
                Self::new("not_permitted", "You may not read this file. Change its permissions.")
            }
            _ => Self::new(
                "unreadable",
                format!("The file cannot be read: {error}. Check the disk."),
            ),
        }
    }

    /// A folder without pictures.
    pub fn no_pictures() -> Self {
        Self::new(
            "no_pictures",
            "There are no pictures in this folder. Name another one, or a file.",
        )
    }

    /// A picture that cannot get an alt text.
    pub fn no_file() -> Self {
        Self::new(
            "no_file",
            "This picture did not come from a file, so that it cannot get an alt text. Save it as a file and open that.",
        )
    }

    /// The system has no data folder to keep the history in.
    pub fn no_data_folder() -> Self {
        Self::new(
            "no_data_folder",
            "This system has no folder for your data, so that there is no history. Set HOME, then start Eyebright again.",
        )
    }

    /// A file that cannot be written.
    pub fn unwritable(path: &Path, error: &std::io::Error) -> Self {
        Self::new(
            "unwritable",
            format!("{} cannot be written: {error}. Choose another place.", path.display()),
        )
    }
}

impl From<eyebright_models::Error> for Fault {
    fn from(error: eyebright_models::Error) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<PictureError> for Fault {
    fn from(error: PictureError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<PackError> for Fault {
    fn from(error: PackError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<CheckpointError> for Fault {
    fn from(error: CheckpointError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
