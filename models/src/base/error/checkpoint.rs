//! Why a published model cannot be used.

use std::fmt;

/// At most so many tensors of a kind are named in a message.
const NAMED: usize = 3;

/// Why a published model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// No model there.
    #[error("There is no model at {0}: it has no config.json. Name the folder that holds config.json and the weights.")]
    None(String),
    /// A file is not there.
    #[error("The model {checkpoint} lacks its file {file}. Fetch or copy the model again.")]
    Missing {
        /// Name of the folder.
        checkpoint: String,
        /// Name of the file.
        file: String,
    },
    /// A file cannot be read or does not say what it should.
    #[error("The file {file} of the model {checkpoint} cannot be used: {reason}. Fetch or copy the model again.")]
    Contents {
        /// Name of the folder.
        checkpoint: String,
        /// Name of the file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The weights are not those of the model that `config.json` describes.
    #[error(
        "The weights of the model {checkpoint} do not fit its config.json: {misfit}. Fetch or copy the model again."
    )]
    Tensors {
        /// Name of the folder.
        checkpoint: String,
        /// Which tensors.
        misfit: Box<Misfit>,
    },
    /// A kind of model that the engine does not run.
    #[error("The model {checkpoint} is of the kind {architecture}, which Eyebright does not run. It runs {known}.")]
    Unknown {
        /// Name of the folder.
        checkpoint: String,
        /// What `config.json` says.
        architecture: String,
        /// What it could say.
        known: String,
    },
    /// A converted model cannot be written.
    #[error(
        "The model cannot be written to {folder}: {reason}. Name a folder that is not there yet, on a disk with room."
    )]
    Unwritable {
        /// Where to.
        folder: String,
        /// What is wrong.
        reason: String,
    },
}

impl CheckpointError {
    /// A stable word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::None(_) => "no_pack",
            Self::Missing { .. } => "pack_file_missing",
            Self::Contents { .. } | Self::Tensors { .. } => "pack_file_unusable",
            Self::Unknown { .. } => "model_unknown",
            Self::Unwritable { .. } => "unwritable",
        }
    }
}

/// How the tensors of the files differ from those that the model needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Misfit {
    /// Names of tensors that are in no file.
    pub missing: Vec<String>,
    /// Tensors of another shape or type, each with what was expected and what came.
    pub misshapen: Vec<String>,
    /// Names of tensors that the model has no use for.
    pub unused: Vec<String>,
}

impl Misfit {
    /// True where everything fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.misshapen.is_empty() && self.unused.is_empty()
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for (what, names) in [
            ("missing", &self.missing),
            ("misshapen", &self.misshapen),
            ("not known", &self.unused),
        ] {
            if names.is_empty() {
                continue;
            }
            let some = names[..NAMED.min(names.len())].join(", ");
            write!(f, "{between}{what}: {some}")?;
            if names.len() > NAMED {
                write!(f, " and {} more", names.len() - NAMED)?;
            }
            between = "; ";
        }
        Ok(())
    }
}
