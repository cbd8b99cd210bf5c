//! Descriptions of real pictures. Each must have a fitting kind, name the main thing that `expected.toml` lists, and
//! say nothing that it forbids.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use eyebright_tests::{picture, run};
use serde::Deserialize;

/// Smallest share of pictures whose main thing must be named. Below 1, because they lie outside the training data.
const NAMED: f32 = 0.6;
/// Words that count as "people" in `never`.
const PEOPLE: [&str; 18] = [
    "man", "men", "woman", "women", "boy", "boys", "girl", "girls", "child", "children", "person", "people", "lady",
    "guy", "baby", "player", "players", "toddler",
];

#[derive(Deserialize)]
struct Expected {
    kind: Vec<String>,
    main: Vec<String>,
    never: Vec<String>,
}

/// True if the sentence contains the word or its plural.
fn says(sentence: &str, word: &str) -> bool {
    let words: Vec<String> = sentence
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .map(str::to_owned)
        .collect();
    let sentence = format!(" {} ", words.join(" "));
    [word.to_owned(), format!("{word}s"), format!("{word}es")]
        .iter()
        .any(|form| sentence.contains(&format!(" {form} ")))
}

#[test]
fn real_pictures_are_described_honestly() {
    let text = std::fs::read_to_string(picture("expected.toml")).unwrap();
    let expected: BTreeMap<String, Expected> = toml::from_str(&text).unwrap();
    assert!(expected.len() >= 40);
    let files: Vec<_> = expected.keys().map(|name| picture(name)).collect();
    let told = run(["describe".into(), "--json".into()].into_iter().chain(files)).json();
    assert_eq!(told.len(), expected.len());
    let (mut wrong, mut demanded, mut named) = (Vec::new(), 0, Vec::new());
    for ((name, expected), line) in expected.iter().zip(&told) {
        let (kind, sentence) = (
            line["kind"].as_str().unwrap_or_default(),
            line["sentence"].as_str().unwrap_or_default(),
        );
        if !expected.kind.iter().any(|k| k == kind) {
            wrong.push(format!("{name}: kind {kind}"));
        }
        let never: Vec<&str> = expected.never.iter().map(String::as_str).collect();
        let people = never.contains(&"people").then_some(PEOPLE).into_iter().flatten();
        for word in never.iter().copied().chain(people).filter(|word| says(sentence, word)) {
            wrong.push(format!("{name}: {word:?} in {sentence:?}"));
        }
        if !expected.main.is_empty() {
            demanded += 1;
            named.extend(expected.main.iter().any(|word| says(sentence, word)).then_some(name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let share = named.len() as f32 / demanded as f32;
    assert!(
        share >= NAMED,
        "the main thing is named in {} of {demanded}: {named:?}",
        named.len()
    );
}
