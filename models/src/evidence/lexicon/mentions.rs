//! Finds the lexicon's nouns in a caption.

use std::ops::Range;

use super::concept::{Noun, NounKind};
use super::lexicon::Lexicon;

/// The longest noun of the lexicon, in words ("german short-haired pointer" and the like).
const LONGEST: usize = 4;

/// A noun found in a caption.
#[derive(Debug, Clone)]
pub struct Mention<'l> {
    /// The noun in the singular, as in the lexicon.
    pub name: &'l str,
    /// The lexicon's entry for the noun.
    pub noun: &'l Noun,
    /// Indices of the caption's words that make up the noun. Empty for an implied thing ("surfer" implies a surfboard),
    /// just behind the word that implies it.
    pub words: Range<usize>,
    /// True if the noun is in the plural.
    pub plural: bool,
}

impl Lexicon {
    /// The nouns of a caption in order, followed by the things they imply. The longest match wins ("baseball bat"), and
    /// a noun directly before another one only describes it ("dog house") and is left out.
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

    /// A word or phrase, followed by the singulars it may be a plural of.
    pub fn forms(&self, phrase: &str) -> Vec<String> {
        let irregular = self.irregular.get(phrase).cloned();
        std::iter::once(phrase.to_owned())
            .chain(irregular)
            .chain(singulars(phrase))
            .collect()
    }

    /// Looks up a word or phrase that may be plural. Returns (singular name, entry, is plural).
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

/// The singulars of which `phrase` may be the regular plural.
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
