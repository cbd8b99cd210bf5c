//! What the history keeps of a picture, and where.

use std::path::PathBuf;

use eyebright_domain::Words;

/// A description that is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number: milliseconds since 1970 when its session began, plus its place in that session, so that no two sessions share one.
    pub id: u64,
    /// When it was described: seconds since 1970, UTC.
    pub time: i64,
    /// A file's name, a window's title, or where the picture came from.
    pub name: String,
    /// The file that it came from.
    pub path: Option<PathBuf>,
    /// What can be said of the picture.
    pub words: Words,
    /// All that was said of it; questions and answers too.
    pub said: Vec<String>,
    /// A small copy of the picture, as JPEG; empty if it could not be made.
    pub jpeg: Vec<u8>,
}

/// How much is kept; the oldest entries go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries.
    pub entries: u32,
    /// Millions of bytes of the file.
    pub megabytes: u32,
}

/// A picture in the contrastive space of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector {
    /// The model, in words that differ where its numbers do.
    pub model: String,
    /// Unit length.
    pub numbers: Vec<f32>,
}

impl Vector {
    /// How near the numbers of another vector of the same model are: -1..1.
    pub fn cosine(&self, others: &[f32]) -> f32 {
        self.numbers.iter().zip(others).map(|(a, b)| a * b).sum()
    }
}

/// What a model remembers of a picture: it is found by words without being looked at again.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// For a quick search over all.
    pub vector: Vector,
    /// For a careful look at some: `ImageMemory::to_bytes`.
    pub memory: Vec<u8>,
}

/// Where the history is; none where the system has no folder for a person's data.
pub fn place() -> Option<PathBuf> {
    Some(dirs::data_dir()?.join("eyebright").join("history.sqlite"))
}
