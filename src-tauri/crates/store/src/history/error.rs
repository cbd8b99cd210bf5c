//! The error type of the history.

use eyebright_domain::Fault;
use rusqlite::ErrorCode;

/// Any failure of the history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The file is damaged, or not a history.
    #[error(
        "The history is damaged. Open Eyebright's window: it keeps the damaged file aside and begins a new history."
    )]
    Damaged,
    /// A later version of this program wrote it.
    #[error("The history was written by a newer Eyebright and was left as it is. Update Eyebright.")]
    Newer,
    /// Another process has kept it locked for too long.
    #[error("The history is in use by another program. Try again in a moment.")]
    Busy,
    /// The disk is full.
    #[error("The history cannot be written: the disk is full. Make room, or keep less of a history.")]
    DiskFull,
    /// It cannot be read or written, for the reason given.
    #[error("The history cannot be used: {0}. Check the permissions of its folder.")]
    Unusable(String),
}

impl HistoryError {
    /// Stable error code for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged => "history_damaged",
            Self::Newer => "history_newer",
            Self::Busy => "history_busy",
            Self::DiskFull => "history_disk_full",
            Self::Unusable(_) => "history_unusable",
        }
    }
}

impl From<rusqlite::Error> for HistoryError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            // None: a column holds another type than we write.
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) | None => Self::Damaged,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            // The message may quote the person's data; the code cannot.
            Some(code) => Self::Unusable(format!("SQLite says {code:?}")),
        }
    }
}

impl From<std::io::Error> for HistoryError {
    fn from(error: std::io::Error) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<HistoryError> for Fault {
    fn from(error: HistoryError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
