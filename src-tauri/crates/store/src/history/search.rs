//! Finding entries again: by the words of their texts, and by how near their pictures are to the words.

use std::collections::HashMap;

use super::entry::Vector;
use super::error::HistoryError;
use super::store::Store;

/// More words than this are a page, not a search.
const LONGEST: usize = 32;

/// An entry that may be meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its number.
    pub id: u64,
    /// How much of the search its texts hold, 0..1: rare words count for more.
    pub text: f32,
    /// How near its picture is to the words: cosine, -1..1; lowest where there is no picture.
    pub near: f32,
}

impl Store {
    /// The `count` entries whose texts fit best and the `count` whose pictures do, in no order.
    pub fn search(&self, words: &str, vector: Option<&Vector>, count: usize) -> Result<Vec<Hit>, HistoryError> {
        let texts = self.texts(words)?;
        let near = vector.map_or_else(|| Ok(HashMap::new()), |vector| self.near(vector))?;
        let mut best: Vec<u64> = foremost(&texts, count);
        best.extend(foremost(&near, count));
        best.sort_unstable();
        best.dedup();
        let hit = |id: u64| Hit {
            id,
            text: texts.get(&id).copied().unwrap_or_default(),
            near: near.get(&id).copied().unwrap_or(-1.0),
        };
        Ok(best.into_iter().map(hit).collect())
    }

    /// Entries whose texts hold some of the words, with the share of the search that they hold.
    fn texts(&self, words: &str) -> Result<HashMap<u64, f32>, HistoryError> {
        let count = self.count()? as f32;
        let mut statement = self.connection.prepare("SELECT rowid FROM word WHERE word MATCH ?")?;
        let mut shares: HashMap<u64, f32> = HashMap::new();
        let mut whole = 0.0;
        let words = words.split(|letter: char| !letter.is_alphanumeric());
        for word in words.filter(|word| !word.is_empty()).take(LONGEST) {
            // In quotes nothing is an operator.
            let ids = statement
                .query_map([format!("\"{word}\"")], |row| row.get::<_, i64>(0))?
                .collect::<Result<Vec<_>, _>>()?;
            // A word that every entry has says nothing, one that none has is missed most.
            let weight = ((count + 1.0) / (ids.len() as f32 + 0.5)).ln().max(0.0);
            whole += weight;
            for id in ids {
                *shares.entry(id.cast_unsigned()).or_default() += weight;
            }
        }
        for share in shares.values_mut() {
            *share /= f32::max(whole, f32::MIN_POSITIVE);
        }
        Ok(shares)
    }

    /// The cosine of every picture with the words.
    fn near(&self, vector: &Vector) -> Result<HashMap<u64, f32>, HistoryError> {
        let mut statement = self
            .connection
            .prepare("SELECT id, numbers FROM vector WHERE model = ?")?;
        let mut rows = statement.query([&vector.model])?;
        let mut near = HashMap::new();
        while let Some(row) = rows.next()? {
            let numbers = row.get_ref(1)?.as_blob().map_err(|_| HistoryError::Damaged)?;
            let (numbers, rest) = numbers.as_chunks::<2>();
            if numbers.len() != vector.numbers.len() || !rest.is_empty() {
                return Err(HistoryError::Damaged);
            }
            let products = numbers.iter().zip(&vector.numbers);
            let cosine = products
                .map(|(bytes, number)| half::f16::from_le_bytes(*bytes).to_f32() * number)
                .sum();
            near.insert(row.get::<_, i64>(0)?.cast_unsigned(), cosine);
        }
        Ok(near)
    }
}

/// The best ones; of equals the newest.
fn foremost(scores: &HashMap<u64, f32>, count: usize) -> Vec<u64> {
    let mut order: Vec<(u64, f32)> = scores.iter().map(|(id, score)| (*id, *score)).collect();
    order.sort_unstable_by(|(a, one), (b, other)| other.total_cmp(one).then(b.cmp(a)));
    order.truncate(count);
    order.into_iter().map(|(id, _)| id).collect()
}
