//! The database schema and its migrations.

use rusqlite::{Connection, TransactionBehavior};

use super::error::HistoryError;

/// Migrations: `STEPS[n]` brings a file from version n to n + 1. A new file has version 0.
const STEPS: [&str; 2] = [
    "
    CREATE TABLE entry (
        id INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        name TEXT NOT NULL,
        path TEXT,
        words TEXT NOT NULL,
        said TEXT NOT NULL,
        jpeg BLOB NOT NULL
    ) STRICT;
    -- Apart from the rest, because a search reads all of it.
    CREATE TABLE vector (
        id INTEGER PRIMARY KEY REFERENCES entry ON DELETE CASCADE,
        model TEXT NOT NULL,
        numbers BLOB NOT NULL
    ) STRICT;
    CREATE VIRTUAL TABLE word USING fts5(name, said, more, tokenize = 'porter unicode61 remove_diacritics 2');
    -- Removed words leave no trace in the index either.
    INSERT INTO word (word, rank) VALUES ('secure-delete', 1);
",
    "
    -- Apart from the vectors, because a search reads those of its candidates only. Entries that have none get theirs when there is time.
    CREATE TABLE memory (
        id INTEGER PRIMARY KEY REFERENCES entry ON DELETE CASCADE,
        model TEXT NOT NULL,
        bytes BLOB NOT NULL
    ) STRICT;
    -- Entries are counted at every search, and their own pages are full of pictures.
    CREATE INDEX number ON entry (id);
",
];

/// Runs the migrations that a file still needs.
pub fn migrate(connection: &mut Connection) -> Result<(), HistoryError> {
    if version(connection)? == STEPS.len() {
        return Ok(());
    }
    // Another process may migrate at the same time: read the version again now that we hold the lock.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = version(&transaction)?;
    let steps = STEPS.get(from..).ok_or(HistoryError::Newer)?;
    for step in steps {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", STEPS.len() as i64)?;
    transaction.commit()?;
    Ok(())
}

fn version(connection: &Connection) -> Result<usize, HistoryError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    usize::try_from(version).map_err(|_| HistoryError::Damaged)
}
