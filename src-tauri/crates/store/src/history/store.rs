//! Opens the history file, and renames a damaged one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::error::HistoryError;
use super::schema;
use crate::replace;

/// Longest wait for another process's lock. Writes take milliseconds; one that holds on longer hangs.
const PATIENCE: Duration = Duration::from_secs(5);
/// Endings of the extra files that `SQLite` writes beside its own.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// An open history.
pub struct Store {
    pub(super) connection: Connection,
}

/// Result of opening a history.
pub struct Opened {
    /// The open history.
    pub store: Store,
    /// If the history was damaged: the name that its file was given.
    pub aside: Option<String>,
}

impl Store {
    /// Opens the history, or creates it. A damaged file is renamed and a new one created.
    pub fn open(path: &Path) -> Result<Opened, HistoryError> {
        match Self::try_open(path) {
            Ok(store) => Ok(Opened { store, aside: None }),
            Err(HistoryError::Damaged) => Self::begin_anew(path),
            Err(error) => Err(error),
        }
    }

    /// Renames a file that turned out to be damaged, and creates a new one.
    pub fn begin_anew(path: &Path) -> Result<Opened, HistoryError> {
        let aside = Some(set_aside(path)?);
        let store = Self::try_open(path)?;
        Ok(Opened { store, aside })
    }

    /// Opens an existing history. None if there is none. A damaged file is an error and stays as it is.
    pub fn existing(path: &Path) -> Result<Option<Self>, HistoryError> {
        if !path.exists() {
            return Ok(None);
        }
        Self::try_open(path).map(Some)
    }

    fn try_open(path: &Path) -> Result<Self, HistoryError> {
        create_private(path)?;
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        // Takes effect only in a new file, before the first table.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "secure_delete", true)?;
        schema::migrate(&mut connection)?;
        // Read the root pages of all tables, so that the most common damage is noticed now.
        connection.query_row("SELECT max(id) FROM entry", (), |_| Ok(()))?;
        connection.query_row("SELECT count(*) FROM word WHERE word MATCH 'a'", (), |_| Ok(()))?;
        Ok(Self { connection })
    }
}

/// Creates the file, readable by its owner only. `SQLite` gives the files beside it the same permissions.
fn create_private(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Renames the file and returns its new name. The log beside it is renamed too, so that a recovery tool finds
/// everything.
fn set_aside(path: &Path) -> io::Result<String> {
    let kept = replace::set_aside(path)?;
    for beside in BESIDE {
        match fs::rename(with_end(path, beside), with_end(&kept, beside)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(replace::name(&kept))
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
