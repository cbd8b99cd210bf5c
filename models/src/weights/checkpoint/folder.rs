//! The folder of a published model.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::defaults::over;
use crate::base::error::CheckpointError;

pub(super) const CONFIG: &str = "config.json";

/// The beginning of `config.json` that tells which model it is.
#[derive(Debug, Clone, Deserialize)]
pub struct Architecture {
    /// Family, such as `blip` or `blip-2`.
    pub model_type: String,
    /// Classes of `transformers`, such as `BlipForConditionalGeneration`.
    #[serde(default)]
    pub architectures: Vec<String>,
}

/// An opened folder.
#[derive(Debug)]
pub struct Checkpoint {
    pub(super) folder: PathBuf,
    pub(super) name: String,
}

impl Checkpoint {
    /// Whether the folder has a `config.json` that names a model type, as published models do.
    pub fn is_at(folder: &Path) -> bool {
        Self::open(folder).is_ok_and(|checkpoint| checkpoint.architecture().is_ok())
    }

    /// Opens a folder with a `config.json`; nothing else is read yet.
    pub fn open(folder: &Path) -> Result<Self, CheckpointError> {
        let shown = folder.display().to_string();
        if !folder.join(CONFIG).is_file() {
            return Err(CheckpointError::None(shown));
        }
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Self {
            folder: folder.to_owned(),
            name: name.unwrap_or(shown),
        })
    }

    /// Name of the folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which model it is.
    pub fn architecture(&self) -> Result<Architecture, CheckpointError> {
        self.config()
    }

    /// `config.json`.
    pub fn config<T: DeserializeOwned>(&self) -> Result<T, CheckpointError> {
        self.json(CONFIG)
    }

    /// `config.json`, with `defaults` for what it leaves out, at any depth: `transformers` writes only what differs from them.
    pub fn config_over<T: DeserializeOwned>(&self, defaults: &Value) -> Result<T, CheckpointError> {
        let config = over(self.config()?, defaults);
        serde_json::from_value(config).map_err(|error| self.unusable(CONFIG, error))
    }

    /// A JSON file.
    pub fn json<T: DeserializeOwned>(&self, file: &str) -> Result<T, CheckpointError> {
        serde_json::from_slice(&self.file(file)?).map_err(|error| self.unusable(file, error))
    }

    /// A JSON file that may be absent.
    pub fn json_if_there<T: DeserializeOwned>(&self, file: &str) -> Result<Option<T>, CheckpointError> {
        if self.folder.join(file).is_file() {
            self.json(file).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The bytes of a small file.
    pub fn file(&self, file: &str) -> Result<Vec<u8>, CheckpointError> {
        fs::read(self.folder.join(file)).map_err(|_| CheckpointError::Missing {
            checkpoint: self.name.clone(),
            file: file.to_owned(),
        })
    }

    /// The error for a file whose contents are not what the engine needs.
    pub(crate) fn unusable(&self, file: &str, reason: impl ToString) -> CheckpointError {
        CheckpointError::Contents {
            checkpoint: self.name.clone(),
            file: file.to_owned(),
            reason: crate::base::text::first_line(&reason),
        }
    }
}
