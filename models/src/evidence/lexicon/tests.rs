//! Tests nouns, concepts and their support with the built-in pack's lexicon.

use super::*;

fn lexicon() -> Lexicon {
    Lexicon::read(include_bytes!("../../../packs/glance/lexicon.json")).unwrap()
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
