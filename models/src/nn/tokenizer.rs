//! Text to piece ids and back, by the pack's `tokenizer.json`.

use serde::Deserialize;

use crate::base::error::PackError;
use crate::base::error::{Error, Result};
use crate::weights::checkpoint::{Checkpoint, CheckpointError};
use crate::weights::pack::Pack;

const FILE: &str = "tokenizer.json";

/// Ids with a meaning of their own.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct SpecialTokens {
    /// Begins a text.
    pub bos: u32,
    /// Ends it.
    pub eos: u32,
}

/// A tokenizer with its special ids.
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    special: SpecialTokens,
}

impl Tokenizer {
    /// Reads `tokenizer.json` of a pack.
    pub fn load(pack: &Pack, special: SpecialTokens) -> Result<Self, PackError> {
        let inner =
            tokenizers::Tokenizer::from_bytes(&*pack.file(FILE)?).map_err(|error| pack.unusable(FILE, error))?;
        Ok(Self { inner, special })
    }

    /// Reads `tokenizer.json` of a published model, in which a text begins with the piece `begin` and ends with `eos`.
    pub fn of_checkpoint(checkpoint: &Checkpoint, begin: &str, eos: u32) -> Result<Self, CheckpointError> {
        let mut tokenizer = Self::of_file(checkpoint, FILE, SpecialTokens { bos: eos, eos })?;
        tokenizer.special.bos = tokenizer.id(checkpoint, FILE, begin)?;
        Ok(tokenizer)
    }

    /// Reads another file like it, in which a text stands between two pieces.
    pub fn between(checkpoint: &Checkpoint, file: &str, marks: (&str, &str)) -> Result<Self, CheckpointError> {
        let mut tokenizer = Self::of_file(checkpoint, file, SpecialTokens { bos: 0, eos: 0 })?;
        tokenizer.special = SpecialTokens {
            bos: tokenizer.id(checkpoint, file, marks.0)?,
            eos: tokenizer.id(checkpoint, file, marks.1)?,
        };
        Ok(tokenizer)
    }

    /// Reads another file like it whose marks are known.
    pub fn of_file(checkpoint: &Checkpoint, file: &str, special: SpecialTokens) -> Result<Self, CheckpointError> {
        let inner = tokenizers::Tokenizer::from_bytes(checkpoint.file(file)?)
            .map_err(|error| checkpoint.unusable(file, error))?;
        Ok(Self { inner, special })
    }

    fn id(&self, checkpoint: &Checkpoint, file: &str, piece: &str) -> Result<u32, CheckpointError> {
        self.inner
            .token_to_id(piece)
            .ok_or_else(|| checkpoint.unusable(file, format!("it has no piece {piece}")))
    }

    /// How many pieces it has.
    #[must_use]
    pub fn pieces(&self) -> usize {
        self.inner.get_vocab_size(true)
    }

    /// Ids without marks.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self
            .inner
            .encode(text, false)
            .map_err(|error| Error::Tokenizer(error.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// Ids between the marks of beginning and end, at most `longest` in all.
    pub fn encode_marked(&self, text: &str, longest: usize) -> Result<Vec<u32>> {
        let mut ids = self.encode(text)?;
        ids.truncate(longest.saturating_sub(2));
        ids.insert(0, self.special.bos);
        ids.push(self.special.eos);
        Ok(ids)
    }

    /// Text without marks.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        self.inner
            .decode(ids, true)
            .map_err(|error| Error::Tokenizer(error.to_string()))
    }

    /// The words of a text, each with the summed log-probability of its pieces. A piece that adds no word belongs to the one before it.
    pub fn words(&self, ids: &[u32], log_probabilities: &[f32]) -> Result<Vec<(String, f32)>> {
        let mut sums: Vec<f32> = Vec::new();
        for (written, log_probability) in (1..=ids.len()).zip(log_probabilities) {
            let count = self.decode(&ids[..written])?.split_whitespace().count().max(1);
            sums.resize(count.max(sums.len()), 0.0);
            sums[count - 1] += log_probability;
        }
        let text = self.decode(ids)?;
        Ok(text.split_whitespace().map(str::to_owned).zip(sums).collect())
    }

    /// Takes ids one by one and tells the text that each adds.
    pub fn stream<'a>(&'a self, tell: &'a mut dyn FnMut(&str)) -> impl FnMut(u32) + 'a {
        let mut streamed = String::new();
        let mut ids = Vec::new();
        move |id| {
            ids.push(id);
            // A piece may join the word before it, so the whole is decoded and what is new is told.
            if let Ok(text) = self.decode(&ids)
                && let Some(new) = text.strip_prefix(&streamed)
            {
                tell(new);
                streamed = text;
            }
        }
    }

    /// The piece of an id; pieces that go on a word begin with "##".
    #[must_use]
    pub fn piece(&self, id: u32) -> Option<String> {
        self.inner.id_to_token(id)
    }

    /// The ids of the marks.
    #[must_use]
    pub fn special(&self) -> SpecialTokens {
        self.special
    }
}
