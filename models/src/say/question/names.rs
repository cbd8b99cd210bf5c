//! Which of the lexicon's concepts a word of a question stands for, and what a concept is called in German.

use crate::evidence::lexicon::{Concept, Lexicon};

use super::german_names::{GERMAN, GERMAN_NARROWER};
use super::language::Language;
use super::words::plain;

/// Further English words for concepts.
pub(super) const ENGLISH: [(&str, &str); 38] = [
    ("people", "person"),
    ("human", "person"),
    ("human being", "person"),
    ("somebody", "person"),
    ("someone", "person"),
    ("anybody", "person"),
    ("anyone", "person"),
    ("auto", "car"),
    ("automobile", "car"),
    ("lorry", "truck"),
    ("bike", "bicycle"),
    ("motorbike", "motorcycle"),
    ("plane", "airplane"),
    ("aeroplane", "airplane"),
    ("aircraft", "airplane"),
    ("mug", "cup"),
    ("coffee", "cup of coffee"),
    ("wine", "glass of wine"),
    ("wine glass", "glass"),
    ("sofa", "couch"),
    ("settee", "couch"),
    ("tv", "television"),
    ("tv set", "television"),
    ("mobile", "phone"),
    ("mobile phone", "phone"),
    ("cell phone", "phone"),
    ("cellphone", "phone"),
    ("smartphone", "phone"),
    ("telephone", "phone"),
    ("notebook", "laptop"),
    ("oven", "stove"),
    ("cooker", "stove"),
    ("fridge", "refrigerator"),
    ("basin", "sink"),
    ("dining table", "table"),
    ("potted plant", "plant"),
    ("doughnut", "donut"),
    ("hydrant", "fire hydrant"),
];

/// English words that say more than the concept, which is all that can be told.
pub(super) const ENGLISH_NARROWER: [(&str, &str); 26] = [
    ("man", "person"),
    ("woman", "person"),
    ("guy", "person"),
    ("lady", "person"),
    ("gentleman", "person"),
    ("child", "person"),
    ("kid", "person"),
    ("boy", "person"),
    ("girl", "person"),
    ("baby", "person"),
    ("toddler", "person"),
    ("face", "person"),
    ("puppy", "dog"),
    ("kitten", "cat"),
    ("pony", "horse"),
    ("donkey", "horse"),
    ("foal", "horse"),
    ("lamb", "sheep"),
    ("calf", "cow"),
    ("bull", "cow"),
    ("pigeon", "bird"),
    ("seagull", "bird"),
    ("van", "vehicle"),
    ("kayak", "boat"),
    ("rose", "flower"),
    ("tulip", "flower"),
];

/// What a word of a question stands for.
#[derive(Debug, Clone, Copy)]
pub struct Named<'l> {
    pub concept: &'l Concept,
    /// The word says more than the concept: a person may be a man.
    pub is_narrower: bool,
}

/// A German name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GermanName {
    pub singular: &'static str,
    pub plural: &'static str,
    pub gender: Gender,
}

/// Of a German noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    Masculine,
    Feminine,
    Neuter,
}

/// The concept that a noun stands for, in any of its forms.
pub fn find<'l>(noun: &str, language: Language, lexicon: &'l Lexicon) -> Option<Named<'l>> {
    let noun = plain(noun);
    let named = |name: &str, is_narrower| {
        let concept = lexicon.concept(name)?;
        Some(Named { concept, is_narrower })
    };
    match language {
        Language::English => lexicon.forms(&noun).iter().find_map(|form| {
            let of =
                |table: &[(&str, &'static str)]| table.iter().find(|(word, _)| word == form).map(|(_, name)| *name);
            if let Some(name) = of(&ENGLISH) {
                return named(name, false);
            }
            if let Some(name) = of(&ENGLISH_NARROWER) {
                return named(name, true);
            }
            let concept = lexicon
                .concepts()
                .iter()
                .find(|concept| plain(&concept.name) == *form && concept.said);
            let role = || {
                lexicon
                    .noun(form)
                    .filter(|noun| noun.kind == crate::evidence::lexicon::NounKind::Person)
            };
            match concept {
                Some(concept) => Some(Named {
                    concept,
                    is_narrower: false,
                }),
                None => role().and_then(|_| named("person", true)),
            }
        }),
        Language::German => {
            let is = |singular: &str, plural: &str| is_form(&noun, &plain(singular), &plain(plural));
            let wide = GERMAN.iter().find(|(singular, many, ..)| is(singular, many));
            let narrower = || GERMAN_NARROWER.iter().find(|(singular, many, _)| is(singular, many));
            match wide {
                Some((.., name)) => named(name, false),
                None => narrower().and_then(|(.., name)| named(name, true)),
            }
        }
    }
}

/// What a concept, or else the next one above it that has a name, is called in German.
pub fn german<'l>(concept: &'l Concept, lexicon: &'l Lexicon) -> Option<GermanName> {
    let mut concept = Some(concept);
    while let Some(this) = concept {
        let row = GERMAN.iter().find(|(.., name)| *name == this.name);
        if let Some(&(singular, plural, gender, _)) = row {
            return Some(GermanName {
                singular,
                plural,
                gender,
            });
        }
        concept = this.parent.and_then(|parent| lexicon.concepts().get(parent));
    }
    None
}

/// Whether a word is a case of a German noun: des Hundes, den Hunden, dem Menschen.
fn is_form(word: &str, singular: &str, plural: &str) -> bool {
    let cases = |stem: &str, endings: &[&str]| word.strip_prefix(stem).is_some_and(|ending| endings.contains(&ending));
    cases(singular, &["", "s", "es", "n", "en"]) || cases(plural, &["", "n"])
}
