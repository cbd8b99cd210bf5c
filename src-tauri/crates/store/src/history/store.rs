//! The file: opened, put aside where it is damaged.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::error::HistoryError;
use super::schema;
use crate::replace;

/// Another process writes for milliseconds only; one that holds on for longer hangs.
const PATIENCE: Duration = Duration::from_secs(5);
/// What `SQLite` puts beside its file.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// An open history.
pub struct Store {
    pub(super) connection: Connection,
}

/// A history, and under which name a damaged one was kept.
pub struct Opened {
    /// Ready for use.
    pub store: Store,
    /// Name of the file that the damaged history is in now.
    pub aside: Option<String>,
}

impl Store {
    /// Opens the history, or begins one. A damaged file is renamed and a new one begun.
    pub fn open(path: &Path) -> Result<Opened, HistoryError> {
        match Self::try_open(path) {
            Ok(store) => Ok(Opened { store, aside: None }),
            Err(HistoryError::Damaged) => Self::begin_anew(path),
            Err(error) => Err(error),
        }
    }

    /// Keeps the file aside, as one that turned out to be damaged, and begins a new one.
    pub fn begin_anew(path: &Path) -> Result<Opened, HistoryError> {
        let aside = Some(set_aside(path)?);
        let store = Self::try_open(path)?;
        Ok(Opened { store, aside })
    }

    /// Opens a history that is there, and changes nothing if it is damaged; none if there is none.
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
        // Takes effect on a new file only, before anything is in it.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "secure_delete", true)?;
        schema::migrate(&mut connection)?;
        // Reads the roots of all tables, so that the commonest damage shows at once.
        connection.query_row("SELECT max(id) FROM entry", (), |_| Ok(()))?;
        connection.query_row("SELECT count(*) FROM word WHERE word MATCH 'a'", (), |_| Ok(()))?;
        Ok(Self { connection })
    }
}

/// Readable by its owner alone; `SQLite` gives the files beside it the same permissions.
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

/// Puts the file aside and gives its new name. What has not been merged into it yet goes along, so that a tool for recovery finds all.
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
