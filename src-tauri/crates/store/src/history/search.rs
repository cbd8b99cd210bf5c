//! Quick search for entries: by the words in their texts, and by the similarity of their pictures to the words.

use std::collections::HashMap;

use super::entry::Vector;
use super::error::HistoryError;
use super::store::Store;

/// Most words of a query that are used.
const LONGEST: usize = 32;

/// A candidate: an entry that may match the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Number of the entry.
    pub id: u64,
    /// Share of the query's words that its texts contain, 0..1. Rare words weigh more.
    pub text: f32,
    /// Cosine similarity of its picture and the words, -1..1; lowest where there is no picture.
    pub near: f32,
}

impl Store {
    /// Finds the `count` entries whose texts match best and the `count` whose pictures do. Returns them in no order.
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

    /// Score of each entry whose texts contain some of the words: see [`Hit::text`].
    fn texts(&self, words: &str) -> Result<HashMap<u64, f32>, HistoryError> {
        let count = self.count()? as f32;
        let mut statement = self.connection.prepare("SELECT rowid FROM word WHERE word MATCH ?")?;
        let mut shares: HashMap<u64, f32> = HashMap::new();
        let mut whole = 0.0;
        let words = words.split(|letter: char| !letter.is_alphanumeric());
        for word in words.filter(|word| !word.is_empty()).take(LONGEST) {
            // Quoted, so that no word acts as a search operator.
            let ids = statement
                .query_map([format!("\"{word}\"")], |row| row.get::<_, i64>(0))?
                .collect::<Result<Vec<_>, _>>()?;
            // Inverse document frequency: 0 for a word that every entry contains, largest for one that none contains.
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

    /// Cosine similarity of every picture with the words: see [`Hit::near`].
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

/// Numbers of the `count` entries with the highest scores, best first; newer entries win ties.
fn foremost(scores: &HashMap<u64, f32>, count: usize) -> Vec<u64> {
    let mut order: Vec<(u64, f32)> = scores.iter().map(|(id, score)| (*id, *score)).collect();
    order.sort_unstable_by(|(a, one), (b, other)| other.total_cmp(one).then(b.cmp(a)));
    order.truncate(count);
    order.into_iter().map(|(id, _)| id).collect()
}
