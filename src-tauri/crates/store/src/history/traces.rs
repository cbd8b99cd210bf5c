//! Stored image features of the entries' pictures.

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::entry::Trace;
use super::error::HistoryError;
use super::store::Store;

impl Store {
    /// Stores a model's features of an entry's picture. Does nothing if the entry is gone.
    pub fn place(&mut self, id: u64, trace: &Trace) -> Result<(), HistoryError> {
        let Trace { vector, memory } = trace;
        let numbers = vector.numbers.iter();
        let numbers: Vec<u8> = numbers
            .flat_map(|number| half::f16::from_f32(*number).to_le_bytes())
            .collect();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT OR REPLACE INTO vector (id, model, numbers) SELECT id, ?, ? FROM entry WHERE id = ?",
            params![vector.model, numbers, id.cast_signed()],
        )?;
        transaction.execute(
            "INSERT OR REPLACE INTO memory (id, model, bytes) SELECT id, ?, ? FROM entry WHERE id = ?",
            params![vector.model, memory, id.cast_signed()],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// The bytes of a model's [`Trace::memory`] for an entry, if stored.
    pub fn memory(&self, id: u64, model: &str) -> Result<Option<Vec<u8>>, HistoryError> {
        let memory = "SELECT bytes FROM memory WHERE id = ? AND model = ?";
        let mut statement = self.connection.prepare(memory)?;
        Ok(statement
            .query_row(params![id.cast_signed(), model], |row| row.get(0))
            .optional()?)
    }

    /// The newest entry with a number below `before` that has a picture but no stored features of this model. Returns
    /// its number and its JPEG.
    pub fn unplaced(&self, before: u64, model: &str) -> Result<Option<(u64, Vec<u8>)>, HistoryError> {
        let mut statement = self.connection.prepare(
            "SELECT id, jpeg FROM entry WHERE id < ? AND NOT EXISTS (SELECT 1 FROM memory WHERE memory.id = entry.id AND model = ?)
             AND length(jpeg) > 0 ORDER BY id DESC LIMIT 1",
        )?;
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        Ok(statement
            .query_row(params![before, model], |row| {
                Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?))
            })
            .optional()?)
    }
}
