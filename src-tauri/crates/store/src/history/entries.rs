//! Adding, changing, reading and removing entries.

use std::path::PathBuf;

use eyebright_domain::Words;
use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};
use serde::de::DeserializeOwned;

use super::entry::{Entry, Limits};
use super::error::HistoryError;
use super::store::Store;

/// While the file is too large, the oldest 1/50 of the entries are removed at a time.
const SHARE: u64 = 50;

impl Store {
    /// Adds an entry, and removes the oldest ones beyond the limits.
    pub fn keep(&mut self, entry: &Entry, limits: Limits) -> Result<(), HistoryError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let path = entry.path.as_ref().and_then(|path| path.to_str());
        transaction.execute(
            "INSERT INTO entry (id, time, name, path, words, said, jpeg) VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![
                entry.id.cast_signed(),
                entry.time,
                entry.name,
                path,
                json(&entry.words),
                json(&entry.said),
                entry.jpeg
            ],
        )?;
        transaction.execute(
            "INSERT INTO word (rowid, name, said, more) VALUES (?, ?, ?, ?)",
            params![
                entry.id.cast_signed(),
                entry.name,
                entry.said.join("\n"),
                more(&entry.words)
            ],
        )?;
        transaction.commit()?;
        self.shrink(limits)
    }

    /// Appends sentences to what was said about an entry.
    pub fn extend(&mut self, id: u64, sentences: &[String]) -> Result<(), HistoryError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let said = transaction
            .query_row("SELECT said FROM entry WHERE id = ?", [id.cast_signed()], |row| {
                row.get::<_, String>(0)
            })
            .optional()?;
        let Some(said) = said else { return Ok(()) };
        let mut said: Vec<String> = parsed(&said)?;
        said.extend_from_slice(sentences);
        transaction.execute(
            "UPDATE entry SET said = ? WHERE id = ?",
            params![json(&said), id.cast_signed()],
        )?;
        transaction.execute(
            "UPDATE word SET said = ? WHERE rowid = ?",
            params![said.join("\n"), id.cast_signed()],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// Adds the text that was read in an entry's picture, so that searches find it.
    pub fn has_text(&mut self, id: u64, lines: &[String]) -> Result<(), HistoryError> {
        let Some(mut entry) = self.get(id)? else { return Ok(()) };
        entry.words.add_text(lines);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "UPDATE entry SET words = ? WHERE id = ?",
            params![json(&entry.words), id.cast_signed()],
        )?;
        transaction.execute(
            "UPDATE word SET more = ? WHERE rowid = ?",
            params![more(&entry.words), id.cast_signed()],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// The entry with this number, if any.
    pub fn get(&self, id: u64) -> Result<Option<Entry>, HistoryError> {
        let mut statement = self
            .connection
            .prepare("SELECT id, time, name, path, words, said, jpeg FROM entry WHERE id = ?")?;
        let mut rows = statement.query([id.cast_signed()])?;
        rows.next()?.map(read).transpose()
    }

    /// Number of entries.
    pub fn count(&self) -> Result<u64, HistoryError> {
        let count: i64 = self
            .connection
            .query_row("SELECT count(*) FROM entry", (), |row| row.get(0))?;
        Ok(count.cast_unsigned())
    }

    /// Calls `take` with every entry, oldest first. Stops at the first error.
    pub(super) fn each<E: From<HistoryError>>(&self, mut take: impl FnMut(Entry) -> Result<(), E>) -> Result<(), E> {
        let failed = |error: rusqlite::Error| E::from(error.into());
        let mut statement = self
            .connection
            .prepare("SELECT id, time, name, path, words, said, jpeg FROM entry ORDER BY id")
            .map_err(failed)?;
        let mut rows = statement.query(()).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            take(read(row)?)?;
        }
        Ok(())
    }

    /// Removes an entry and overwrites its data on disk.
    pub fn forget(&mut self, id: u64) -> Result<(), HistoryError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("DELETE FROM entry WHERE id = ?", [id.cast_signed()])?;
        transaction.execute("DELETE FROM word WHERE rowid = ?", [id.cast_signed()])?;
        transaction.commit()?;
        self.sweep()
    }

    /// Removes all entries and overwrites their data on disk.
    pub fn clear(&mut self) -> Result<(), HistoryError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch("DELETE FROM entry; DELETE FROM word;")?;
        transaction.commit()?;
        self.sweep()?;
        self.connection.execute_batch("VACUUM")?;
        self.sweep()
    }

    /// Removes the oldest entries until the limits are met. The newest entry always stays.
    pub fn shrink(&mut self, limits: Limits) -> Result<(), HistoryError> {
        let mut forgotten = false;
        loop {
            let entries = self.count()?;
            let surplus = entries.saturating_sub(u64::from(limits.entries));
            let is_large = self.bytes()? > u64::from(limits.megabytes) * 1_000_000 && entries > 1;
            let count = surplus
                .max(if is_large { entries / SHARE + 1 } else { 0 })
                .cast_signed();
            if count == 0 {
                break;
            }
            // Keep the newest entry, whatever its size.
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let oldest = "SELECT id FROM entry WHERE id < (SELECT max(id) FROM entry) ORDER BY id LIMIT ?";
            transaction.execute(&format!("DELETE FROM word WHERE rowid IN ({oldest})"), [count])?;
            transaction.execute(&format!("DELETE FROM entry WHERE id IN ({oldest})"), [count])?;
            transaction.commit()?;
            forgotten = true;
        }
        if forgotten { self.sweep() } else { Ok(()) }
    }

    /// Bytes of the file that hold data (free pages not counted).
    fn bytes(&self) -> Result<u64, HistoryError> {
        let bytes: i64 = self.connection.query_row(
            "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
            (),
            |row| row.get(0),
        )?;
        Ok(bytes.cast_unsigned())
    }

    /// Copies the zeros that overwrite removed data from the log to the file, returns free pages to the system, and
    /// empties the log. If another process is reading just now, the next call does it.
    fn sweep(&mut self) -> Result<(), HistoryError> {
        self.checkpoint()?;
        let mut vacuum = self.connection.prepare("PRAGMA incremental_vacuum")?;
        let mut rows = vacuum.query(())?;
        while rows.next()?.is_some() {}
        self.checkpoint()
    }

    fn checkpoint(&self) -> Result<(), HistoryError> {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        Ok(self.connection.query_row(checkpoint, (), |_| Ok(()))?)
    }
}

fn read(row: &Row) -> Result<Entry, HistoryError> {
    let path: Option<String> = row.get(3)?;
    Ok(Entry {
        id: row.get::<_, i64>(0)?.cast_unsigned(),
        time: row.get(1)?,
        name: row.get(2)?,
        path: path.map(PathBuf::from),
        words: parsed(&row.get::<_, String>(4)?)?,
        said: parsed(&row.get::<_, String>(5)?)?,
        jpeg: row.get(6)?,
    })
}

/// The sentences after the first one, joined for the search index.
fn more(words: &Words) -> String {
    [words.more.as_slice(), &words.everything].concat().join("\n")
}

fn json(value: &impl serde::Serialize) -> String {
    // Serializing plain structs of strings cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, HistoryError> {
    serde_json::from_str(text).map_err(|_| HistoryError::Damaged)
}
