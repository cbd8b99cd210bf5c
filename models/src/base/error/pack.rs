//! Why a pack cannot be used.

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// No manifest there.
    #[error(
        "There is no pack at {0}: it has no pack.toml, and no config.json that names a kind of model. Name one of: packs list, or a folder with a pack."
    )]
    NoPack(String),
    /// The manifest cannot be read.
    #[error("The manifest of the pack {pack} cannot be read: {reason}. Fetch or copy the pack again.")]
    Manifest {
        /// Name or folder.
        pack: String,
        /// What is wrong.
        reason: String,
    },
    /// A file is not there.
    #[error("The pack {pack} lacks its file {file}. Fetch or copy the pack again.")]
    Missing {
        /// Name of the pack.
        pack: String,
        /// Name of the file.
        file: String,
    },
    /// A file has another length.
    #[error(
        "The file {file} of the pack {pack} has {found} bytes, not {expected}: it was cut or changed. Fetch or copy the pack again."
    )]
    Length {
        /// Name of the pack.
        pack: String,
        /// Name of the file.
        file: String,
        /// Bytes in the manifest.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// A file has other contents.
    #[error("The file {file} of the pack {pack} is not the one that its manifest names. Fetch or copy the pack again.")]
    Hash {
        /// Name of the pack.
        pack: String,
        /// Name of the file.
        file: String,
    },
    /// A file has the right bytes but not what the engine needs.
    #[error(
        "The file {file} of the pack {pack} cannot be used: {reason}. The pack may need another version of Eyebright."
    )]
    Contents {
        /// Name of the pack.
        pack: String,
        /// Name of the file.
        file: String,
        /// Which tensor or field, what was expected and what came.
        reason: String,
    },
}

impl PackError {
    /// A stable word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPack(_) => "no_pack",
            Self::Manifest { .. } => "pack_manifest",
            Self::Missing { .. } => "pack_file_missing",
            Self::Length { .. } | Self::Hash { .. } => "pack_file_damaged",
            Self::Contents { .. } => "pack_file_unusable",
        }
    }
}
