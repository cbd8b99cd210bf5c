//! Shortens and generalises captions to what the evidence supports.

use std::collections::BTreeSet;

use crate::evidence::lexicon::{Lexicon, Mention, NounKind, Seen};

use super::calibration::Thresholds;
use super::evidence::CaptionEvidence;

/// Phrases that generalising leaves behind ("a man and a woman" becomes "a person and a person"), and their
/// replacements.
const TWO: [(&str, &str); 4] = [
    ("a person and a person", "two people"),
    ("a person and person", "two people"),
    ("a child and a child", "two children"),
    ("a child and child", "two children"),
];
const PERSON: [&str; 2] = ["person", "people"];
const CHILD: [&str; 2] = ["child", "children"];
/// Gendered nouns with their neutral singular and plural. Captions give the right sex in about three of four cases, and
/// nothing tells in which.
const NEUTRAL: [(&str, [&str; 2]); 7] = [
    ("man", PERSON),
    ("woman", PERSON),
    ("lady", PERSON),
    ("guy", PERSON),
    ("gentleman", PERSON),
    ("boy", CHILD),
    ("girl", CHILD),
];

/// The beginning of a caption, as far as the evidence supports it.
#[derive(Debug, Clone, PartialEq)]
pub struct Supported {
    /// The caption up to the last noun before the first unsupported one. "man" and "woman" may have become "person".
    pub text: String,
    /// The names of the nouns in `text`.
    pub nouns: Vec<String>,
    /// The smallest support of any noun in `text`, 0 to 1.
    pub probability: f32,
}

/// The neutral singular of a gendered noun ("person" for "woman", "child" for "boy"); other nouns are returned
/// unchanged.
#[must_use]
pub fn neutral(noun: &str) -> &str {
    neutral_names(noun).map_or(noun, |[one, _]| one)
}

/// Neutral singular and plural of a gendered noun; None for other nouns.
fn neutral_names(noun: &str) -> Option<[&'static str; 2]> {
    let found = NEUTRAL.iter().find(|(name, _)| *name == noun);
    found.map(|(_, names)| *names)
}

/// True if the caption names a thing twice. Decoders repeat themselves where they do not know: "A man on a motorcycle
/// is riding a motorcycle".
pub fn names_twice(caption: &CaptionEvidence, lexicon: &Lexicon) -> bool {
    let mut named = BTreeSet::new();
    let mentions = lexicon.mentions(&caption.bare_words());
    let mut things = mentions
        .iter()
        .filter(|mention| mention.noun.kind == NounKind::Thing && !mention.words.is_empty());
    things.any(|mention| !named.insert(mention.name))
}

/// The caption with neutral nouns: men and women become people, boys and girls become children.
pub fn neutrally(caption: &CaptionEvidence, lexicon: &Lexicon) -> String {
    let words = caption.bare_words();
    let mut text: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    for mention in lexicon.mentions(&words).iter().rev() {
        if let Some(names) = neutral_names(mention.name).filter(|_| !mention.words.is_empty()) {
            generalise(&mut text, mention, names);
        }
    }
    joined(&text)
}

fn joined(words: &[String]) -> String {
    TWO.iter()
        .fold(words.join(" "), |text, (both, two)| text.replace(both, two))
}

/// Cuts `caption` before its first unsupported noun, at the end of the noun before, so that it still reads as a phrase:
/// "a dog running through the snow with a ball" becomes "a dog running through the snow". None if not even the first
/// noun is supported.
pub fn supported(
    caption: &CaptionEvidence,
    lexicon: &Lexicon,
    seen: &Seen,
    thresholds: &Thresholds,
) -> Option<Supported> {
    let words = caption.bare_words();
    let mentions = lexicon.mentions(&words);
    let unmet = |mention: &Mention<'_>| needs_missing_thing(mention, lexicon, seen, thresholds);
    let holds = |mention: &&Mention<'_>| {
        mention.words.is_empty()
            || mention.noun.kind != NounKind::Other && seen.support(&mention.noun.extent) >= thresholds.supported
    };
    let kept: Vec<_> = mentions
        .iter()
        .filter(|mention| !mention.words.is_empty())
        .take_while(holds)
        .collect();
    let end = kept.last()?.words.end;

    let mut text: Vec<String> = words[..end].iter().map(|&word| word.to_string()).collect();
    // "people" says too little to be wrong.
    let persons: Vec<_> = kept
        .iter()
        .filter(|mention| mention.noun.kind == NounKind::Person && mention.name != "people")
        .collect();
    let doubtful = |mention: &Mention<'_>| {
        let score: f32 = caption.words[mention.words.clone()].iter().map(|word| word.1).sum();
        score < thresholds.person_word.ln() || unmet(mention)
    };
    // All persons are generalised or none: "a person and a woman" would imply a difference that nothing supports.
    if persons.iter().any(|mention| doubtful(mention)) {
        for mention in persons.iter().rev() {
            generalise(&mut text, mention, PERSON);
        }
    }
    let probability = kept
        .iter()
        .map(|mention| seen.support(&mention.noun.extent))
        .fold(1.0, f32::min);
    Some(Supported {
        text: joined(&text),
        nouns: kept.iter().map(|mention| mention.name.to_string()).collect(),
        probability,
    })
}

/// True if the thing that the noun implies is unsupported: a surfer without a surfboard is only a person.
fn needs_missing_thing(mention: &Mention<'_>, lexicon: &Lexicon, seen: &Seen, thresholds: &Thresholds) -> bool {
    let needed = mention.noun.needs.as_ref().and_then(|name| lexicon.noun(name));
    needed.is_some_and(|noun| seen.support(&noun.extent) < thresholds.supported)
}

/// Replaces a mention with a neutral noun: "an old man" -> "an old person", "two women" -> "two people".
fn generalise(text: &mut Vec<String>, mention: &Mention<'_>, [one, many]: [&str; 2]) {
    let start = mention.words.start;
    let comma = if text[mention.words.end - 1].ends_with(',') {
        ","
    } else {
        ""
    };
    let name = if mention.plural { many } else { one };
    text.splice(mention.words.clone(), [format!("{name}{comma}")]);
    if start > 0 && text[start - 1] == "an" {
        text[start - 1] = "a".into();
    }
}
