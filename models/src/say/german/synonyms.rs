//! Finds the lexicon's concept for a German noun, from `nouns.tsv` and further synonyms.

use super::nouns;
use crate::evidence::lexicon::Lexicon;
use crate::say::wording::Named;
use crate::say::words::plain;

/// Further German words for concepts: singular, plural and the concept's name.
const SYNONYMS: [(&str, &str, &str); 38] = [
    ("Mensch", "Menschen", "person"),
    ("Leute", "Leute", "person"),
    ("Rad", "Räder", "bicycle"),
    ("Wagen", "Wagen", "car"),
    ("PKW", "PKWs", "car"),
    ("LKW", "LKWs", "truck"),
    ("Verkehrsschild", "Verkehrsschilder", "street sign"),
    ("Sitzbank", "Sitzbänke", "bench"),
    ("Kater", "Kater", "cat"),
    ("Rind", "Rinder", "cow"),
    ("Kaninchen", "Kaninchen", "rabbit"),
    ("Schirm", "Schirme", "umbrella"),
    ("Weinglas", "Weingläser", "glass"),
    ("Becher", "Becher", "cup"),
    ("Kaffee", "Kaffees", "cup of coffee"),
    ("Schale", "Schalen", "bowl"),
    ("Apfelsine", "Apfelsinen", "orange"),
    ("Brokkoli", "Brokkoli", "broccoli"),
    ("Möhre", "Möhren", "carrot"),
    ("Pizza", "Pizzen", "pizza"),
    ("Torte", "Torten", "cake"),
    ("Essen", "Essen", "food"),
    ("Obst", "Obst", "fruit"),
    ("Frucht", "Früchte", "fruit"),
    ("Gemüse", "Gemüse", "vegetable"),
    ("Couch", "Couches", "couch"),
    ("Topfpflanze", "Topfpflanzen", "plant"),
    ("Klo", "Klos", "toilet"),
    ("Notebook", "Notebooks", "laptop"),
    ("Monitor", "Monitore", "screen"),
    ("Handy", "Handys", "phone"),
    ("Smartphone", "Smartphones", "phone"),
    ("Ofen", "Öfen", "stove"),
    ("Backofen", "Backöfen", "stove"),
    ("Spüle", "Spülen", "sink"),
    ("Teddy", "Teddys", "teddy bear"),
    ("Haartrockner", "Haartrockner", "hair dryer"),
    ("Fotoapparat", "Fotoapparate", "camera"),
];

/// German words that are more specific than the concept they map to, such as "Mann" for "person".
const NARROWER: [(&str, &str, &str); 26] = [
    ("Mann", "Männer", "person"),
    ("Frau", "Frauen", "person"),
    ("Kind", "Kinder", "person"),
    ("Junge", "Jungen", "person"),
    ("Mädchen", "Mädchen", "person"),
    ("Baby", "Babys", "person"),
    ("Dame", "Damen", "person"),
    ("Herr", "Herren", "person"),
    ("Gesicht", "Gesichter", "person"),
    ("Arzt", "Ärzte", "person"),
    ("Polizist", "Polizisten", "person"),
    ("Welpe", "Welpen", "dog"),
    ("Kätzchen", "Kätzchen", "cat"),
    ("Pony", "Ponys", "horse"),
    ("Esel", "Esel", "horse"),
    ("Fohlen", "Fohlen", "horse"),
    ("Lamm", "Lämmer", "sheep"),
    ("Kalb", "Kälber", "cow"),
    ("Stier", "Stiere", "cow"),
    ("Taube", "Tauben", "bird"),
    ("Möwe", "Möwen", "bird"),
    ("Rotkehlchen", "Rotkehlchen", "bird"),
    ("Kajak", "Kajaks", "boat"),
    ("Rose", "Rosen", "flower"),
    ("Tulpe", "Tulpen", "flower"),
    ("Weinflasche", "Weinflaschen", "bottle"),
];

/// The concept that a noun means, in any of its cases; None if there is none.
pub fn concept<'l>(noun: &str, lexicon: &'l Lexicon) -> Option<Named<'l>> {
    let word = plain(noun);
    let is = |singular: &str, plural: &str| is_form(&word, &plain(singular), &plain(plural));
    let by = |table: &[(&str, &str, &'static str)]| {
        let row = table.iter().find(|(singular, plural, _)| is(singular, plural));
        row.and_then(|(.., name)| lexicon.concept(name))
    };
    let called = || {
        let mut concepts = lexicon.concepts().iter();
        concepts.find(|concept| {
            let noun = nouns::noun(&concept.name).filter(|_| concept.said);
            noun.is_some_and(|noun| is(noun.singular, noun.plural.unwrap_or(noun.singular)))
        })
    };
    let named = |is_narrower| move |concept| Named { concept, is_narrower };
    by(&SYNONYMS)
        .or_else(called)
        .map(named(false))
        .or_else(|| by(&NARROWER).map(named(true)))
}

/// True if a word is the noun in any case and number: des Hundes, den Hunden, dem Menschen.
fn is_form(word: &str, singular: &str, plural: &str) -> bool {
    let cases = |stem: &str, endings: &[&str]| word.strip_prefix(stem).is_some_and(|ending| endings.contains(&ending));
    cases(singular, &["", "s", "es", "n", "en"]) || cases(plural, &["", "n"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        Lexicon::read(include_bytes!("../../../packs/glance/lexicon.json")).unwrap()
    }

    #[test]
    fn both_tables_name_concepts_of_the_lexicon() {
        let lexicon = lexicon();
        for (.., name) in SYNONYMS.iter().chain(&NARROWER) {
            assert!(lexicon.concept(name).is_some(), "{name}");
        }
    }

    #[test]
    fn every_object_has_a_german_name_that_is_understood() {
        let lexicon = lexicon();
        for object in lexicon.objects() {
            let wanted = lexicon.concept_of_object(object).unwrap();
            let called = nouns::noun(&wanted.name).unwrap_or_else(|| panic!("{object}"));
            for word in [Some(called.singular), called.plural].into_iter().flatten() {
                let found = concept(word, &lexicon).unwrap_or_else(|| panic!("{word}"));
                assert_eq!(
                    (found.concept.name.as_str(), found.is_narrower),
                    (wanted.name.as_str(), false),
                    "{word}"
                );
            }
        }
    }
}
