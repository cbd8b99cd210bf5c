//! Tests how questions are parsed: words, languages and names.

use super::lexicon;
use crate::say::language::Language;
use crate::say::languages::{self, wording};
use crate::say::words::Words;

#[test]
fn short_forms_are_written_out() {
    let words = Words::of("What’s the dog's name? Wie groß...");
    let plain: Vec<&str> = words.plain().collect();
    assert_eq!(plain, ["what", "is", "the", "dog", "name", "wie", "gross"]);
}

#[test]
fn what_is_left_is_told_apart_by_what_was_taken() {
    let mut words = Words::of("How many Dogs and cats do you see there");
    assert!(words.take("how many") && !words.take("where is"));
    assert!(words.drop(&["do you see", "there"]));
    assert_eq!(words.parts(&["and"]), ["Dogs", "cats"]);
    let mut words = Words::of("ist der Hund im Bild müde");
    words.drop(&["ist", "der", "im bild"]);
    assert_eq!(words.parts(&[]), ["Hund", "müde"]);
}

#[test]
fn small_words_tell_the_language() {
    let language = |text: &str| languages::of(&Words::of(text), Language::English);
    for text in [
        "Wo ist der Hund?",
        "was steht da",
        "Wie viele Leute?",
        "Und Hunde?",
        "gibt es ein Handy",
        "Lies die Telefonnummer vor",
    ] {
        assert_eq!(language(text), Language::German, "{text}");
    }
    for text in [
        "Where is the dog?",
        "what does it say",
        "any cats?",
        "is it a hat",
        "and dogs?",
        "Was there a dog in it?",
    ] {
        assert_eq!(language(text), Language::English, "{text}");
    }
    assert_eq!(
        languages::of(&Words::of("Computer?"), Language::German),
        Language::German
    );
}

fn name(noun: &str, language: Language) -> Option<(&'static str, bool)> {
    let lexicon = lexicon();
    wording(language)
        .concept(noun, lexicon)
        .map(|named| (named.concept.name.as_str(), named.is_narrower))
}

#[test]
fn words_are_found_in_their_forms() {
    for (noun, expected) in [
        ("Dogs", ("dog", false)),
        ("people", ("person", false)),
        ("women", ("person", true)),
        ("children", ("person", true)),
        ("surfer", ("person", true)),
        ("mobile phones", ("phone", false)),
        ("knives", ("knife", false)),
        ("golden retriever", ("golden retriever", false)),
    ] {
        assert_eq!(name(noun, Language::English), Some(expected), "{noun}");
    }
    for (noun, expected) in [
        ("Hunden", ("dog", false)),
        ("Menschen", ("person", false)),
        ("Frauen", ("person", true)),
        ("HANDY", ("phone", false)),
        ("Autos", ("car", false)),
        ("Löffel", ("spoon", false)),
    ] {
        assert_eq!(name(noun, Language::German), Some(expected), "{noun}");
    }
    assert_eq!(name("unicorn", Language::English), None);
    assert_eq!(name("sleeping dog", Language::English), None);
    assert_eq!(name("clothes", Language::English), None, "a heading is never said");
}
