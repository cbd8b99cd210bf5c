//! Things that can be named, and nouns.

use serde::Deserialize;

use super::extent::Extent;

/// A thing that can be named ("dog"), a node of a forest whose leaves are classes and objects. Parents come before their children.
#[derive(Debug, Deserialize)]
pub struct Concept {
    /// Singular, without an article.
    pub name: String,
    /// The number of the concept above.
    pub parent: Option<usize>,
    /// What shows it.
    #[serde(flatten)]
    pub extent: Extent,
    /// False for headings that are only for order ("electronics").
    #[serde(default = "yes")]
    pub said: bool,
    /// False for "broccoli" and "scissors", which take no "a".
    #[serde(default = "yes")]
    pub countable: bool,
}

/// How a noun of a caption is to be judged.
#[derive(Debug, Deserialize)]
pub struct Noun {
    /// What it stands for.
    pub kind: NounKind,
    /// What supports it.
    #[serde(flatten)]
    pub extent: Extent,
    /// The word is often a verb ("walk"): it is a noun only where a noun is to be expected.
    #[serde(default)]
    pub(super) doubtful: bool,
    /// The thing that makes a person one of these: a surfer needs a surfboard.
    pub needs: Option<String>,
}

/// What a noun stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NounKind {
    /// One or several persons, by any name.
    Person,
    /// A visible thing. Without classes or objects nothing can support or contradict it.
    Thing,
    /// A place or a ground, for which classes and objects are weak evidence only.
    Scene,
    /// No visible thing: amounts, times, doings.
    Other,
}

const fn yes() -> bool {
    true
}
