//! What of an unsure caption may still be said.

use crate::lexicon::{Lexicon, Mention, NounKind, Seen};

use super::{CaptionEvidence, Thresholds};

/// What becomes of "a man and a woman".
const TWO: [&str; 2] = ["a person and a person", "a person and person"];

/// The part of a caption that the evidence supports.
#[derive(Debug, Clone, PartialEq)]
pub struct Supported {
    /// The caption up to the last supported noun before the first unsupported one, persons perhaps generalised.
    pub text: String,
    /// The names of the nouns in `text`.
    pub nouns: Vec<String>,
    /// The support of the least supported noun in it, 0 to 1.
    pub probability: f32,
}

/// Cuts `caption` after the last noun that holds. Ending on a noun, what is left reads as a phrase ("a dog running through the snow" of
/// "a dog running through the snow with a ball"). None if not even the first noun is supported.
pub fn supported(
    caption: &CaptionEvidence,
    lexicon: &Lexicon,
    seen: &Seen,
    thresholds: &Thresholds,
) -> Option<Supported> {
    let words: Vec<&str> = caption.words.iter().map(|(word, _)| word.as_str()).collect();
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
    // All or none: "a person and a woman" would tell them apart where nothing does.
    if persons.iter().any(|mention| doubtful(mention)) {
        for mention in persons.iter().rev() {
            generalise(&mut text, mention);
        }
    }
    let probability = kept
        .iter()
        .map(|mention| seen.support(&mention.noun.extent))
        .fold(1.0, f32::min);
    Some(Supported {
        text: TWO
            .iter()
            .fold(text.join(" "), |text, two| text.replace(two, "two people")),
        nouns: kept.iter().map(|mention| mention.name.to_string()).collect(),
        probability,
    })
}

/// A surfer without a surfboard is a person.
fn needs_missing_thing(mention: &Mention<'_>, lexicon: &Lexicon, seen: &Seen, thresholds: &Thresholds) -> bool {
    let needed = mention.noun.needs.as_ref().and_then(|name| lexicon.noun(name));
    needed.is_some_and(|noun| seen.support(&noun.extent) < thresholds.supported)
}

/// "an old man" -> "an old person", "two women" -> "two people", "a man" -> "a person".
fn generalise(text: &mut Vec<String>, mention: &Mention<'_>) {
    let start = mention.words.start;
    text.splice(
        mention.words.clone(),
        [if mention.plural { "people" } else { "person" }.to_string()],
    );
    if start > 0 && text[start - 1] == "an" {
        text[start - 1] = "a".into();
    }
}
