//! What words mean in terms of what can be seen: which ImageNet classes and COCO objects support a noun, and how specifically a thing may be named.
//!
//! `lexicon.json` in the pack is made by `training/lexicon.py` from WordNet 3.0 and two hand-made tables.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde::Deserialize;

/// The longest noun of the lexicon, in words ("german short-haired pointer" and the like).
const LONGEST: usize = 4;

/// Nouns, nameable concepts, classes and objects.
#[derive(Debug, Deserialize)]
#[serde(from = "File")]
pub struct Lexicon {
    classes: Vec<String>,
    objects: Vec<String>,
    class_of: HashMap<String, usize>,
    object_of: HashMap<String, usize>,
    concepts: Vec<Concept>,
    nouns: HashMap<String, Noun>,
    irregular: HashMap<String, String>,
    before_noun: HashSet<String>,
}

/// The layout of `lexicon.json`.
#[derive(Deserialize)]
struct File {
    classes: Vec<String>,
    objects: Vec<String>,
    concepts: Vec<Concept>,
    nouns: HashMap<String, Noun>,
    irregular: HashMap<String, String>,
    before_noun: HashSet<String>,
}

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

/// The ImageNet classes (inclusive spans) and COCO objects that something covers.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Extent {
    #[serde(default)]
    classes: Vec<(usize, usize)>,
    #[serde(default)]
    objects: Vec<usize>,
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
    doubtful: bool,
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

/// A noun found in a caption.
#[derive(Debug, Clone)]
pub struct Mention<'l> {
    /// Singular, as in the lexicon.
    pub name: &'l str,
    /// What the lexicon says of it.
    pub noun: &'l Noun,
    /// The words of the caption that it takes; empty at its person's place for a thing that is only implied ("surfer" implies a surfboard).
    pub words: Range<usize>,
    /// Whether the caption says more than one.
    pub plural: bool,
}

/// How likely each class and each object is in the picture, 0 to 1.
#[derive(Debug, Clone)]
pub struct Seen {
    /// By class number.
    pub classes: Vec<f32>,
    /// By object number, the best of each kind.
    pub objects: Vec<f32>,
}

const fn yes() -> bool {
    true
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

impl Extent {
    /// Whether the two have a class or an object in common.
    pub fn meets(&self, other: &Self) -> bool {
        let classes = self
            .classes
            .iter()
            .any(|a| other.classes.iter().any(|b| a.0 <= b.1 && b.0 <= a.1));
        classes || self.objects.iter().any(|object| other.objects.contains(object))
    }

    /// Whether all of it lies in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        let classes = self
            .classes
            .iter()
            .all(|a| other.classes.iter().any(|b| b.0 <= a.0 && a.1 <= b.1));
        classes && self.objects.iter().all(|object| other.objects.contains(object)) && !self.is_empty()
    }

    /// Whether nothing can show it.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty() && self.objects.is_empty()
    }

    /// Whether classes can show it.
    pub fn has_classes(&self) -> bool {
        !self.classes.is_empty()
    }

    /// Whether it covers the object with this number.
    pub fn has_object(&self, object: usize) -> bool {
        self.objects.contains(&object)
    }

    /// The number of classes and objects in it.
    pub fn size(&self) -> usize {
        self.classes.iter().map(|(first, last)| last - first + 1).sum::<usize>() + self.objects.len()
    }
}

impl Seen {
    /// The probability, 0 to 1, that the tags alone give to `extent`: the sum over its classes, which exclude one another.
    pub fn by_tags(&self, extent: &Extent) -> f32 {
        let sum: f32 = extent
            .classes
            .iter()
            .filter_map(|&(first, last)| self.classes.get(first..=last))
            .flatten()
            .sum();
        sum.min(1.0)
    }

    /// The score, 0 to 1, of the best object in `extent`.
    pub fn by_objects(&self, extent: &Extent) -> f32 {
        extent
            .objects
            .iter()
            .filter_map(|&object| self.objects.get(object))
            .copied()
            .fold(0.0, f32::max)
    }

    /// The probability, 0 to 1, that tags or objects show something of `extent`, taken as independent witnesses.
    pub fn support(&self, extent: &Extent) -> f32 {
        1.0 - (1.0 - self.by_tags(extent)) * (1.0 - self.by_objects(extent))
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

    /// The most specific concept that stands for the object with this COCO name.
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

    /// Whether all of an extent shows animals.
    pub fn is_animal(&self, extent: &Extent) -> bool {
        self.concept("animal")
            .is_some_and(|animal| extent.is_within(&animal.extent))
    }

    /// The most specific concept below (or equal to) the best root whose probability exceeds `least`, with that probability.
    ///
    /// From each concept the likeliest child is taken while it is likely enough, so that breeds that share the probability are named "dog".
    pub fn most_specific(&self, seen: &Seen, least: f32) -> Option<(&Concept, f32)> {
        self.descend(None, least, &|extent| seen.by_tags(extent))
    }

    /// As `most_specific`, but only among what is below `concept` (itself if nothing below is likely enough).
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
        /// A child that has most of its parent's probability says more and is hardly less likely.
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

    /// The nouns of a caption in order, the longest compounds first ("baseball bat"). A noun before another noun only describes it ("dog house") and is left out.
    pub fn mentions(&self, words: &[&str]) -> Vec<Mention<'_>> {
        let mut found: Vec<Mention<'_>> = Vec::new();
        let mut start = 0;
        while start < words.len() {
            let Some(mention) = self.mention_at(words, start) else {
                start += 1;
                continue;
            };
            start = mention.words.end;
            let directly = |last: &&Mention<'_>| {
                last.words.end == mention.words.start && !words[mention.words.start - 1].ends_with(',')
            };
            match found.last().filter(directly) {
                // "a man bikes", "two dogs race": after a doer the word is a verb.
                Some(last) if last.plural || last.noun.kind == NounKind::Person => continue,
                Some(_) => _ = found.pop(),
                None => {}
            }
            found.push(mention);
        }
        let implied = |mention: &Mention<'_>| {
            let (name, noun) = self.nouns.get_key_value(mention.noun.needs.as_ref()?)?;
            Some(Mention {
                name,
                noun,
                words: mention.words.end..mention.words.end,
                plural: mention.plural,
            })
        };
        found.retain(|mention| mention.noun.kind != NounKind::Other);
        let needed: Vec<_> = found.iter().filter_map(implied).collect();
        found.extend(needed);
        found
    }

    fn mention_at(&self, words: &[&str], start: usize) -> Option<Mention<'_>> {
        (1..=LONGEST.min(words.len() - start)).rev().find_map(|length| {
            let range = start..start + length;
            // A comma ends a noun, and nothing goes on after it.
            let phrase = words[range.clone()].join(" ");
            let (name, noun, plural) = self.look_up(phrase.trim_end_matches(','))?;
            let expected = start == 0 || self.expects_noun(words[start - 1]);
            (!noun.doubtful || length > 1 || expected).then_some(Mention {
                name,
                noun,
                words: range,
                plural,
            })
        })
    }

    fn expects_noun(&self, before: &str) -> bool {
        before.ends_with(',')
            || self.before_noun.contains(before)
            || self
                .nouns
                .get(before)
                .is_some_and(|noun| noun.kind == NounKind::Other && !noun.doubtful)
    }

    /// A word or phrase, and what it may be the plural of.
    pub fn forms(&self, phrase: &str) -> Vec<String> {
        let irregular = self.irregular.get(phrase).cloned();
        std::iter::once(phrase.to_owned())
            .chain(irregular)
            .chain(singulars(phrase))
            .collect()
    }

    /// The noun behind a word or phrase that may be plural.
    fn look_up(&self, phrase: &str) -> Option<(&str, &Noun, bool)> {
        let find = |name: &str, plural| {
            self.nouns
                .get_key_value(name)
                .map(|(name, noun)| (name.as_str(), noun, plural))
        };
        if let Some(one) = self.irregular.get(phrase) {
            return find(one, true);
        }
        find(phrase, false).or_else(|| singulars(phrase).find_map(|one| find(&one, true)))
    }
}

/// What `phrase` may be the regular plural of.
fn singulars(phrase: &str) -> impl Iterator<Item = String> + '_ {
    const ENDINGS: [(&str, &str); 7] = [
        ("s", ""),
        ("es", ""),
        ("ies", "y"),
        ("ves", "f"),
        ("ves", "fe"),
        ("men", "man"),
        ("people", "person"),
    ];
    ENDINGS.iter().filter_map(move |(ending, instead)| {
        let stem = phrase.strip_suffix(ending)?;
        (!stem.is_empty() && !phrase.ends_with("ss")).then(|| format!("{stem}{instead}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        Lexicon::read(include_bytes!("../../packs/glance/lexicon.json")).unwrap()
    }

    fn seen(lexicon: &Lexicon, classes: &[(&str, f32)]) -> Seen {
        let mut seen = Seen {
            classes: vec![0.0; 1000],
            objects: vec![0.0; 80],
        };
        for (name, score) in classes {
            seen.classes[lexicon.class(name).unwrap()] = *score;
        }
        seen
    }

    fn names(caption: &str) -> Vec<String> {
        let words: Vec<&str> = caption.split_whitespace().collect();
        lexicon()
            .mentions(&words)
            .iter()
            .map(|mention| mention.name.to_string())
            .collect()
    }

    #[test]
    fn nouns_are_found_with_compounds_and_plurals() {
        assert_eq!(names("a man, two women, and a dog"), ["man", "woman", "dog"]);
        assert_eq!(
            names("two men and a woman play with a soccer ball on the grass"),
            ["man", "woman", "soccer ball", "grass"]
        );
        assert_eq!(
            names("children are eating hot dogs at a table"),
            ["child", "hot dog", "table"]
        );
        assert_eq!(
            names("a group of people standing in front of a building"),
            ["people", "building"]
        );
    }

    #[test]
    fn doings_are_no_nouns() {
        assert_eq!(names("a man bikes down the street"), ["man", "street"]);
        assert_eq!(names("a dog runs and jumps"), ["dog"]);
        assert_eq!(names("a man watches a boy ride a bike"), ["man", "boy", "bike"]);
    }

    #[test]
    fn a_noun_before_a_noun_only_describes_it() {
        assert_eq!(names("a baseball player swings a bat"), ["baseball player", "bat"]);
        assert_eq!(names("a man in an orange shirt"), ["man", "shirt"]);
    }

    #[test]
    fn some_persons_imply_a_thing() {
        assert_eq!(names("a surfer rides a wave"), ["surfer", "wave", "surfboard"]);
    }

    #[test]
    fn breeds_that_share_the_probability_are_a_dog() {
        let lexicon = lexicon();
        let shared = seen(&lexicon, &[("beagle", 0.3), ("basset", 0.2), ("pug", 0.3)]);
        assert_eq!(lexicon.most_specific(&shared, 0.6).unwrap().0.name, "dog");
        let certain = seen(&lexicon, &[("golden retriever", 0.9)]);
        assert_eq!(lexicon.most_specific(&certain, 0.6).unwrap().0.name, "golden retriever");
        let spread = seen(&lexicon, &[("beagle", 0.3), ("tench", 0.2), ("pizza", 0.3)]);
        assert!(lexicon.most_specific(&spread, 0.6).is_none());
    }

    #[test]
    fn headings_are_never_said() {
        let lexicon = lexicon();
        let shared = seen(&lexicon, &[("toaster", 0.4), ("microwave", 0.4)]);
        assert!(lexicon.most_specific(&shared, 0.6).is_none());
    }

    #[test]
    fn coffee_supports_a_cup_but_no_dog() {
        let lexicon = lexicon();
        let coffee = seen(&lexicon, &[("espresso", 0.8)]);
        assert!(coffee.support(&lexicon.noun("cup").unwrap().extent) > 0.7);
        assert!(coffee.support(&lexicon.noun("coffee").unwrap().extent) > 0.7);
        assert!(coffee.support(&lexicon.noun("dog").unwrap().extent) < 0.01);
    }

    #[test]
    fn every_object_has_a_concept() {
        let lexicon = lexicon();
        assert_eq!(lexicon.objects().len(), 80);
        assert!(
            lexicon
                .objects()
                .iter()
                .all(|object| lexicon.concept_of_object(object).is_some_and(|concept| concept.said))
        );
    }
}
