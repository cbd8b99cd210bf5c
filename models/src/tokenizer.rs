//! Text to piece ids and back, by the pack's `tokenizer.json`.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::pack::{Pack, PackError};

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
        const FILE: &str = "tokenizer.json";
        let inner =
            tokenizers::Tokenizer::from_bytes(&*pack.file(FILE)?).map_err(|error| pack.unusable(FILE, error))?;
        Ok(Self { inner, special })
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
