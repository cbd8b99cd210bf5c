//! The German names of things, from `nouns.tsv`, by their English names.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The grammatical gender of a noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    Masculine,
    Feminine,
    Neuter,
    /// Nouns that have only a plural ("Shorts").
    Plural,
}

/// A noun in the nominative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noun {
    pub singular: &'static str,
    /// The plural; None for nouns that are not counted ("Schnee").
    pub plural: Option<&'static str>,
    pub gender: Gender,
}

static NOUNS: LazyLock<HashMap<&str, Noun>> =
    LazyLock::new(|| include_str!("nouns.tsv").lines().filter_map(row).collect());

/// Parses a line of `nouns.tsv`: English name, gender, singular and plural, separated by tabs.
fn row(line: &'static str) -> Option<(&'static str, Noun)> {
    let mut cells = line.split('\t');
    let (english, gender) = (cells.next()?, cells.next()?);
    let gender = match gender {
        "m" => Gender::Masculine,
        "f" => Gender::Feminine,
        "n" => Gender::Neuter,
        "p" => Gender::Plural,
        _ => return None,
    };
    let (singular, plural) = (cells.next()?, cells.next()?);
    let plural = (plural != "-").then_some(plural);
    Some((
        english,
        Noun {
            singular,
            plural,
            gender,
        },
    ))
}

/// The German noun for a thing with this English name.
pub fn noun(english: &str) -> Option<Noun> {
    NOUNS.get(english).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::lexicon::Lexicon;

    fn all() -> impl Iterator<Item = (&'static str, Noun)> {
        NOUNS.iter().map(|(english, noun)| (*english, *noun))
    }

    #[test]
    fn every_line_is_a_noun() {
        for line in include_str!("nouns.tsv").lines() {
            let (english, noun) = row(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(line.split('\t').count(), 4, "{line}");
            let words = [Some(noun.singular), noun.plural];
            assert!(
                words.into_iter().flatten().all(|word| !word.trim().is_empty()),
                "{english}"
            );
            let article = ["der ", "die ", "das ", "ein ", "eine "];
            assert!(
                !article.iter().any(|article| noun.singular.starts_with(article)),
                "{line}"
            );
        }
        let lines = include_str!("nouns.tsv").lines().count();
        assert_eq!(all().count(), lines, "an English name stands twice");
    }

    #[test]
    fn endings_that_decide_the_gender_do() {
        for (english, noun) in all() {
            let last = noun.singular.rsplit([' ', '-']).next().unwrap_or_default();
            let expected = if ["ung", "heit", "keit", "schaft"].iter().any(|end| last.ends_with(end)) && last.len() > 6
            {
                Gender::Feminine
            } else if ["chen", "lein"].iter().any(|end| last.ends_with(end)) && noun.plural == Some(noun.singular) {
                Gender::Neuter
            } else {
                continue;
            };
            assert!(
                noun.gender == expected || is_exception(last),
                "{english}: {}",
                noun.singular
            );
        }
    }

    /// True for words whose ending does not determine their gender as usual: "Kuchen" is not a diminutive in "-chen",
    /// nor "Sprung" a noun in "-ung".
    fn is_exception(word: &str) -> bool {
        let ends = [
            "kuchen", "rechen", "rachen", "drachen", "knochen", "rochen", "wagen", "sprung",
        ];
        ends.iter().any(|end| word.to_lowercase().ends_with(end))
    }

    #[test]
    fn all_classes_concepts_and_objects_have_a_name() {
        let lexicon = Lexicon::read(include_bytes!("../../../packs/glance/lexicon.json")).unwrap();
        let concepts = lexicon.concepts().iter().map(|concept| concept.name.as_str());
        let names = lexicon.classes().iter().chain(lexicon.objects()).map(String::as_str);
        let missing: Vec<&str> = names.chain(concepts).filter(|name| noun(name).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
