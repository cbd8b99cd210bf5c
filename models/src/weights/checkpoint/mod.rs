//! A model as published: a folder in the hub's layout, with `config.json`, `tokenizer.json`, `preprocessor_config.json` and the weights in
//! `model.safetensors`, in shards named by `model.safetensors.index.json`, or quantized in `model.gguf`.
//!
//! Files are mapped one tensor at a time, so that no weight is in memory twice. Tensors are taken by name with the shape that
//! `config.json` implies; afterwards [`Checkpoint::load`] names all that were missing, had another shape or were left over.

mod convert;
mod precision;
mod store;
#[cfg(test)]
mod tests;
mod weights;

use std::fs;
use std::path::{Path, PathBuf};

use candle_core::Device;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use crate::base::error::{CheckpointError, Misfit};
pub use convert::{Converted, convert};
pub use precision::Precision;
pub use weights::Weights;

use store::Store;

const CONFIG: &str = "config.json";

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
    folder: PathBuf,
    name: String,
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

    /// Builds a model from the weights. Matrices are held as `precision` says. Tensors whose names end with one of `unused` may be left
    /// over; apart from these, every tensor of the files must be taken and every tensor taken must be there, in its shape.
    pub fn load<T>(
        &self,
        precision: Precision,
        device: &Device,
        unused: &[&str],
        build: impl FnOnce(&Weights) -> candle_core::Result<T>,
    ) -> Result<T, CheckpointError> {
        let weights = Weights::of_store(Store::open(self)?, precision, device);
        let model = build(&weights).map_err(|error| self.unusable(CONFIG, error))?;
        weights.fit(unused).map_err(|misfit| CheckpointError::Tensors {
            checkpoint: self.name.clone(),
            misfit: Box::new(misfit),
        })?;
        Ok(model)
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

/// `value` with what only `defaults` has.
pub(crate) fn over(mut value: Value, defaults: &Value) -> Value {
    match (&mut value, defaults) {
        (Value::Object(fields), Value::Object(defaults)) => {
            for (name, default) in defaults {
                let field = fields.remove(name).unwrap_or(Value::Null);
                fields.insert(name.clone(), over(field, default));
            }
            value
        }
        (Value::Null, _) => defaults.clone(),
        _ => value,
    }
}
