//! Exports the whole history as JSON lines and JPEG files.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use eyebright_domain::Words;
use serde::Serialize;

use super::error::HistoryError;
use super::store::Store;

/// One line of `history.jsonl`.
#[derive(Serialize)]
struct Line<'a> {
    id: u64,
    time: i64,
    name: &'a str,
    file: Option<&'a Path>,
    #[serde(flatten)]
    words: &'a Words,
    said: &'a [String],
    picture: Option<String>,
}

/// Error of an export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Reading the history failed.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// Writing into the folder failed.
    #[error(transparent)]
    Folder(#[from] io::Error),
}

impl Store {
    /// Writes `history.jsonl` (one JSON object an entry, oldest first) and the thumbnails as `ID.jpg` into a folder.
    /// Returns the number of entries.
    pub fn export(&self, folder: &Path) -> Result<u64, ExportError> {
        fs::create_dir_all(folder)?;
        let mut lines = BufWriter::new(File::create(folder.join("history.jsonl"))?);
        let mut count = 0;
        self.each(|entry| -> Result<(), ExportError> {
            let picture = (!entry.jpeg.is_empty()).then(|| format!("{}.jpg", entry.id));
            if let Some(picture) = &picture {
                fs::write(folder.join(picture), &entry.jpeg)?;
            }
            let line = Line {
                id: entry.id,
                time: entry.time,
                name: &entry.name,
                file: entry.path.as_deref(),
                words: &entry.words,
                said: &entry.said,
                picture,
            };
            serde_json::to_writer(&mut lines, &line).map_err(io::Error::from)?;
            lines.write_all(b"\n")?;
            count += 1;
            Ok(())
        })?;
        lines.flush()?;
        Ok(count)
    }
}
