//! Finds the lexicon's concept for an English noun.

use crate::evidence::lexicon::{Lexicon, NounKind};
use crate::say::wording::Named;
use crate::say::words::plain;

/// Further English words for concepts, each with the concept's name.
const ENGLISH: [(&str, &str); 38] = [
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

/// English words that are more specific than the concept they map to, such as "man" for "person".
const ENGLISH_NARROWER: [(&str, &str); 26] = [
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

/// The concept that a noun, singular or plural, means; None if there is none.
pub fn concept<'l>(noun: &str, lexicon: &'l Lexicon) -> Option<Named<'l>> {
    lexicon
        .forms(&plain(noun))
        .iter()
        .find_map(|form| of_form(form, lexicon))
}

fn of_form<'l>(form: &str, lexicon: &'l Lexicon) -> Option<Named<'l>> {
    let named = |name: &str, is_narrower| {
        let concept = lexicon.concept(name)?;
        Some(Named { concept, is_narrower })
    };
    let row = |table: &[(&str, &'static str)]| table.iter().find(|(word, _)| *word == form).map(|(_, name)| *name);
    if let Some(name) = row(&ENGLISH) {
        return named(name, false);
    }
    if let Some(name) = row(&ENGLISH_NARROWER) {
        return named(name, true);
    }
    let mut concepts = lexicon.concepts().iter();
    if let Some(concept) = concepts.find(|concept| concept.said && plain(&concept.name) == form) {
        return Some(Named {
            concept,
            is_narrower: false,
        });
    }
    let is_person = lexicon.noun(form).is_some_and(|noun| noun.kind == NounKind::Person);
    is_person.then(|| named("person", true)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_name_concepts_of_the_lexicon() {
        let lexicon = Lexicon::read(include_bytes!("../../../packs/glance/lexicon.json")).unwrap();
        for (_, name) in ENGLISH.iter().chain(&ENGLISH_NARROWER) {
            assert!(lexicon.concept(name).is_some(), "{name}");
        }
    }
}
