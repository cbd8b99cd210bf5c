//! The entries of the history, and the path of its file.

use std::path::PathBuf;

use eyebright_domain::Words;

/// A description in the history.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Unique number: the start of its session in milliseconds since 1970, plus its index in that session.
    pub id: u64,
    /// Time of the description: seconds since 1970, UTC.
    pub time: i64,
    /// File name, window title, or another name for the source of the picture.
    pub name: String,
    /// The file it came from, if any.
    pub path: Option<PathBuf>,
    /// The sentences of the description.
    pub words: Words,
    /// Everything that was said about it so far, questions and answers included.
    pub said: Vec<String>,
    /// Thumbnail as JPEG; empty if it could not be made.
    pub jpeg: Vec<u8>,
}

/// Size limits of the history. Beyond them the oldest entries are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest number of entries.
    pub entries: u32,
    /// Largest size of the file, in millions of bytes.
    pub megabytes: u32,
}

/// Embedding of a picture or of words in a model's contrastive (ITC) space.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector {
    /// Identifies the model and its weights: only vectors with equal identifiers can be compared.
    pub model: String,
    /// Components, of unit length together.
    pub numbers: Vec<f32>,
}

impl Vector {
    /// Cosine similarity with the numbers of another vector of the same model: -1..1.
    pub fn cosine(&self, others: &[f32]) -> f32 {
        self.numbers.iter().zip(others).map(|(a, b)| a * b).sum()
    }
}

/// A model's stored features of a picture, so that searches need not run the image encoder again.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Embedding for the quick search over all entries.
    pub vector: Vector,
    /// Features for the careful ranking of the best candidates: `ImageMemory::to_bytes`.
    pub memory: Vec<u8>,
}

/// Path of the history file. None if the system has no folder for user data.
pub fn place() -> Option<PathBuf> {
    Some(dirs::data_dir()?.join("eyebright").join("history.sqlite"))
}
