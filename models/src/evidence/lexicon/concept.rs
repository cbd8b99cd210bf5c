//! Concepts, the things that can be named, and the nouns of captions.

use serde::Deserialize;

use super::extent::Extent;

/// A thing that can be named ("dog"). Concepts form a forest, from general to specific; parents come before their
/// children in the list.
#[derive(Debug, Deserialize)]
pub struct Concept {
    /// The name in the singular, without an article.
    pub name: String,
    /// Index of the more general concept; None for a root.
    pub parent: Option<usize>,
    /// Classes and objects that are evidence for this concept.
    #[serde(flatten)]
    pub extent: Extent,
    /// False for headings that only group other concepts ("electronics") and are never said.
    #[serde(default = "yes")]
    pub said: bool,
    /// False for names that take no "a", such as "broccoli" and "scissors".
    #[serde(default = "yes")]
    pub countable: bool,
}

/// A noun that captions use, and how it is checked against the evidence.
#[derive(Debug, Deserialize)]
pub struct Noun {
    /// Person, thing, scene or something else.
    pub kind: NounKind,
    /// Classes and objects that are evidence for this noun.
    #[serde(flatten)]
    pub extent: Extent,
    /// True for words that are often verbs ("walk"): they count as nouns only where the word before calls for one.
    #[serde(default)]
    pub(super) doubtful: bool,
    /// The name of a thing that the noun implies: a surfer needs a surfboard.
    pub needs: Option<String>,
}

/// The kind of thing that a noun names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NounKind {
    /// One or several persons ("man", "surfer", "people").
    Person,
    /// A visible thing. If it has no classes or objects, no evidence can support or contradict it.
    Thing,
    /// A place or surface ("beach", "grass"), for which classes and objects are only weak evidence.
    Scene,
    /// Not a visible thing: an amount, a time or an action.
    Other,
}

const fn yes() -> bool {
    true
}
