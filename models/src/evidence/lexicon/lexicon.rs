//! The lexicon: which ImageNet classes and COCO objects are evidence for a noun, and which more general and more
//! specific names a thing has.
//!
//! `lexicon.json` in the pack is made by `training/lexicon.py` from WordNet 3.0 and two hand-made tables.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::concept::{Concept, Noun};
use super::extent::{Extent, Seen};

/// Nouns, concepts, ImageNet classes and COCO objects, as read from `lexicon.json`.
#[derive(Debug, Deserialize)]
#[serde(from = "File")]
pub struct Lexicon {
    classes: Vec<String>,
    objects: Vec<String>,
    class_of: HashMap<String, usize>,
    object_of: HashMap<String, usize>,
    concepts: Vec<Concept>,
    pub(super) nouns: HashMap<String, Noun>,
    pub(super) irregular: HashMap<String, String>,
    pub(super) before_noun: HashSet<String>,
}

/// The JSON of `lexicon.json`.
#[derive(Deserialize)]
struct File {
    classes: Vec<String>,
    objects: Vec<String>,
    concepts: Vec<Concept>,
    nouns: HashMap<String, Noun>,
    irregular: HashMap<String, String>,
    before_noun: HashSet<String>,
}

impl From<File> for Lexicon {
    fn from(file: File) -> Self {
        let numbered = |names: &[String]| {
            names
                .iter()
                .enumerate()
                .map(|(number, name)| (name.clone(), number))
                .collect()
        };
        Self {
            class_of: numbered(&file.classes),
            object_of: numbered(&file.objects),
            classes: file.classes,
            objects: file.objects,
            concepts: file.concepts,
            nouns: file.nouns,
            irregular: file.irregular,
            before_noun: file.before_noun,
        }
    }
}

impl Lexicon {
    /// Reads `lexicon.json`.
    ///
    /// # Errors
    /// If the bytes are not JSON of this layout.
    pub fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// The speakable name of each ImageNet class, in class order.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The number of the class with this name.
    pub fn class(&self, name: &str) -> Option<usize> {
        self.class_of.get(name).copied()
    }

    /// The number of the object with this COCO name.
    pub fn object(&self, name: &str) -> Option<usize> {
        self.object_of.get(name).copied()
    }

    /// The COCO names of the objects, in order.
    pub fn objects(&self) -> &[String] {
        &self.objects
    }

    /// The noun with this singular name.
    pub fn noun(&self, name: &str) -> Option<&Noun> {
        self.nouns.get(name)
    }

    /// All concepts, parents before children.
    pub fn concepts(&self) -> &[Concept] {
        &self.concepts
    }

    /// The concept with the smallest extent that covers the object with this COCO name.
    pub fn concept_of_object(&self, name: &str) -> Option<&Concept> {
        let object = self.object(name)?;
        self.concepts
            .iter()
            .filter(|concept| concept.extent.has_object(object))
            .min_by_key(|concept| concept.extent.size())
    }

    /// The concept with this name.
    pub fn concept(&self, name: &str) -> Option<&Concept> {
        self.concepts.iter().find(|concept| concept.name == name)
    }

    /// True if the extent covers nothing but animals.
    pub fn is_animal(&self, extent: &Extent) -> bool {
        self.concept("animal")
            .is_some_and(|animal| extent.is_within(&animal.extent))
    }

    /// The most specific concept whose tag probability exceeds `least`, and that probability.
    ///
    /// Descends from the roots to the likeliest child as long as one is likely enough. Where several breeds share the
    /// probability, the result is "dog".
    pub fn most_specific(&self, seen: &Seen, least: f32) -> Option<(&Concept, f32)> {
        self.descend(None, least, &|extent| seen.by_tags(extent))
    }

    /// Like `most_specific`, but starts below `concept`, and returns `concept` if nothing below it is likely enough.
    pub fn more_specific<'l>(&'l self, concept: &'l Concept, seen: &Seen, least: f32) -> &'l Concept {
        let root = self.concepts.iter().position(|other| std::ptr::eq(other, concept));
        self.descend(root, least, &|extent| seen.by_tags(extent))
            .map_or(concept, |(found, _)| found)
    }

    fn descend(
        &self,
        root: Option<usize>,
        least: f32,
        probability: &dyn Fn(&Extent) -> f32,
    ) -> Option<(&Concept, f32)> {
        /// From the second step on a child also qualifies with this share of its parent's probability: it says more and
        /// is hardly less likely.
        const MOST: f32 = 0.75;
        let (mut parent, mut least, mut found) = (root, least, None);
        loop {
            let children = self
                .concepts
                .iter()
                .enumerate()
                .filter(|(_, concept)| concept.parent == parent);
            let best = children
                .map(|(number, concept)| (number, concept, probability(&concept.extent)))
                .filter(|(_, _, likely)| *likely > least)
                .max_by(|a, b| a.2.total_cmp(&b.2));
            let Some((number, concept, likely)) = best else {
                return found;
            };
            if concept.said {
                found = Some((concept, likely));
            }
            (parent, least) = (Some(number), least.min(MOST * likely));
        }
    }
}
