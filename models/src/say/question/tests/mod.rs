//! Tests answers to questions with handwritten evidence.

mod text;
mod understanding;

use std::sync::LazyLock;

use image::{Rgb, RgbImage};
use proptest::prelude::*;

use super::{Answer, Basis, Known, TextLine, Turn, answer};
use crate::evidence::CaptionEvidence;
use crate::evidence::lexicon::Lexicon;
use crate::evidence::{Calibration, Evidence};
use crate::picture::Picture;
use crate::sight::objects::Object;
use crate::sight::pixels::{Colour, Kind, PixelEvidence};
use crate::sight::tags::Tag;

static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_bytes!("../../../../packs/glance/lexicon.json")).unwrap());
static CALIBRATION: LazyLock<Calibration> =
    LazyLock::new(|| Calibration::read(include_bytes!("../../../../packs/glance/calibration.json")).unwrap());

pub fn lexicon() -> &'static Lexicon {
    &LEXICON
}

/// A red picture that is blue where the first dog is.
fn picture() -> Picture {
    let is_blue = |x: u32, y: u32| (15..35).contains(&x) && (30..70).contains(&y);
    Picture::from_rgb(RgbImage::from_fn(100, 100, |x, y| {
        if is_blue(x, y) {
            Rgb([30, 60, 220])
        } else {
            Rgb([215, 30, 35])
        }
    }))
}

fn object(name: &'static str, score: f32, bbox: [f32; 4]) -> Object {
    Object { name, score, bbox }
}

/// Evidence of two dogs, one of them on the blue, a person on the right, and possibly a cup.
fn evidence() -> Evidence {
    Evidence {
        pixels: PixelEvidence {
            colours: vec![Colour {
                name: "red",
                share: 0.98,
            }],
            ..PixelEvidence::default()
        },
        objects: vec![
            object("dog", 0.97, [15.0, 30.0, 20.0, 40.0]),
            object("dog", 0.95, [45.0, 30.0, 10.0, 40.0]),
            object("person", 0.98, [80.0, 10.0, 15.0, 80.0]),
            object("cup", 0.55, [60.0, 80.0, 5.0, 5.0]),
        ],
        size: (100, 100),
        ..Evidence::default()
    }
}

fn of_kind(kind: Kind) -> Evidence {
    Evidence {
        pixels: PixelEvidence {
            kind,
            ..PixelEvidence::default()
        },
        ..evidence()
    }
}

fn ask_with(evidence: &Evidence, lines: Option<&[TextLine<'_>]>, turns: &[Turn], question: &str) -> Answer {
    let known = Known {
        evidence,
        picture: &picture(),
        lines,
        lexicon: &LEXICON,
        calibration: &CALIBRATION,
    };
    answer(&known, turns, question)
}

fn ask(question: &str) -> Answer {
    ask_with(&evidence(), None, &[], question)
}

/// The last answer of a conversation.
fn converse(questions: &[&str]) -> String {
    let mut turns = Vec::new();
    let mut text = String::new();
    for question in questions {
        let answer = ask_with(&evidence(), None, &turns, question);
        turns.push(answer.turn);
        text = answer.text;
    }
    text
}

fn assert_answers(expected: &[(&str, &str)]) {
    for (question, text) in expected {
        assert_eq!(ask(question).text, *text, "{question}");
    }
}

#[test]
fn a_dog_that_is_asked_for_gets_no_breed() {
    let mut one = evidence();
    one.objects.remove(1);
    one.tags.push(Tag {
        name: "golden retriever".into(),
        score: 0.97,
    });
    let ask = |question| ask_with(&one, None, &[], question).text;
    assert_eq!(ask("Where is the dog?"), "A dog on the left.");
    assert_eq!(ask("Where is the animal?"), "A golden retriever on the left.");
}

#[test]
fn english_questions_are_answered() {
    assert_answers(&[
        ("Is there a dog?", "Yes, two dogs."),
        ("Do you see any animals?", "Yes, two dogs."),
        ("Is there a cup?", "Possibly a cup, but I am not sure."),
        (
            "Are there any cats?",
            "I can make out no cats, but I can miss things that are small or partly hidden.",
        ),
        ("Is there a dog and a person?", "Yes, two dogs. Yes, a person."),
        ("How many dogs are in the picture?", "I can make out at least two dogs."),
        (
            "How many people do you see?",
            "I can make out one person; there may be more.",
        ),
        ("Where is the person?", "A person on the right."),
        ("Where are the dogs?", "Two dogs on the left and in the middle."),
        ("What is on the right?", "On the right: a person."),
        (
            "What colour is the dog?",
            "Two dogs. Around the middle of the likeliest the picture is blue.",
        ),
        (
            "Is the person red?",
            "A person. Around the middle of it the picture is red.",
        ),
        ("What colors are there?", "The picture is mostly red."),
        (
            "How big is the picture?",
            "The picture is 100 pixels wide and 100 high.",
        ),
        (
            "How big is the person?",
            "A person; it fills about a tenth of the picture.",
        ),
        ("What kind of picture is this?", "It is a photo or a painting."),
        (
            "What does it say?",
            "The reader is not there yet: fetch the pack reader.",
        ),
    ]);
}

#[test]
fn german_questions_are_answered_in_german() {
    assert_answers(&[
        ("Gibt es einen Hund?", "Ja, zwei Hunde."),
        ("Ist da eine Tasse?", "Möglicherweise eine Tasse, sicher bin ich nicht."),
        (
            "Siehst du Katzen?",
            "Es sind keine Katzen zu erkennen; Kleines oder halb Verdecktes kann mir aber entgehen.",
        ),
        (
            "Wie viele Hunde sind auf dem Bild?",
            "Zu erkennen sind mindestens zwei Hunde.",
        ),
        (
            "Wie viele Leute sind da?",
            "Zu erkennen ist eine Person; es können mehr sein.",
        ),
        ("Wo ist die Person?", "Eine Person rechts."),
        ("Was ist links?", "Links: ein Hund."),
        (
            "Welche Farbe hat der Hund?",
            "Zwei Hunde. Um die Mitte des deutlichsten Fundes ist das Bild blau.",
        ),
        ("Welche Farben hat das Bild?", "Das Bild ist vor allem rot."),
        ("Wie groß ist das Foto?", "Das Bild ist 100 Pixel breit und 100 hoch."),
        ("Was für ein Bild ist das?", "Es ist ein Foto oder Gemälde."),
        (
            "Was siehst du?",
            "Zu erkennen: eine Person, zwei Hunde und möglicherweise eine Tasse.",
        ),
        (
            "Was steht da?",
            "Der Leser ist noch nicht da: holen Sie das Paket reader.",
        ),
    ]);
}

#[test]
fn a_question_may_go_on_from_the_one_before() {
    for (questions, expected) in [
        (&["Is there a person?", "Where is it?"][..], "A person on the right."),
        (
            &["How many people are there?", "And how many dogs?"],
            "I can make out at least two dogs.",
        ),
        (
            &["How many people are there?", "and dogs?"],
            "I can make out at least two dogs.",
        ),
        (
            &["Where is the person?", "What about the dogs?"],
            "Two dogs on the left and in the middle.",
        ),
        (
            &[
                "Is there a cat?",
                "Is there a dog?",
                "What colours are there?",
                "Where are they?",
            ],
            "Two dogs on the left and in the middle.",
        ),
        (
            &["Wie viele Hunde gibt es?", "Und Personen?"],
            "Zu erkennen ist eine Person; es können mehr sein.",
        ),
        (&["Gibt es einen Hund?", "Wo?"], "Zwei Hunde links und in der Mitte."),
        (&["Where is it?"], "A person on the right."),
        (&["What does it say?", "And the dogs?"], "Yes, two dogs."),
    ] {
        assert_eq!(converse(questions), expected, "{questions:?}");
    }
}

#[test]
fn what_cannot_be_told_is_declined() {
    for question in [
        "What is he thinking?",
        "Is the dog asleep?",
        "Is there a dog on the couch?",
        "How many people are wearing hats?",
        "How many dogs are on the left?",
        "What does the dog do?",
        "Who is this?",
        "Is there a unicorn?",
        "Is there a stethoscope?",
        "Is there a man?",
        "How many women are there?",
        "Is there a poodle?",
        "Schläft der Hund?",
        "Ist da ein Einhorn?",
        "Wie viele Männer siehst du?",
        "Wer ist das?",
        "Warum?",
        "",
        "?!",
    ] {
        let answer = ask(question);
        assert!(answer.declined, "{question}: {}", answer.text);
        assert!(
            !answer.text.starts_with("Yes") && !answer.text.starts_with("Ja"),
            "{question}: {}",
            answer.text
        );
    }
    assert!(
        ask("Is there a man?")
            .text
            .starts_with("A person, but I cannot tell men")
    );
    assert!(ask("Is there a poodle?").text.contains("of what kind"));
    assert!(ask("Is there a unicorn?").text.contains("unicorn"));
    assert!(!ask("How many dogs are on the left?").text.contains("recognise"));
    assert!(!ask("Who is this?").text.contains("Who") && !ask("Wer ist das?").text.contains("Wer"));
}

#[test]
fn things_are_answered_only_where_they_were_looked_for() {
    let answer = |kind| ask_with(&of_kind(kind), None, &[], "Is there a dog?");
    assert_eq!(answer(Kind::Drawing).text, "Possibly two dogs, but I am not sure.");
    assert!(answer(Kind::Screenshot).declined && answer(Kind::Document).declined);
    assert_eq!(
        answer(Kind::Blank).text,
        "The picture is empty: there is nothing to be seen."
    );
}

#[test]
fn what_is_less_sure_is_not_counted_with_what_is_sure() {
    let mut mixed = evidence();
    mixed.objects.push(object("cat", 0.55, [0.0, 0.0, 10.0, 10.0]));
    let answer = ask_with(&mixed, None, &[], "How many animals are there?");
    assert_eq!(answer.text, "I can make out at least two animals.");
    mixed.objects.push(object("bird", 0.97, [0.0, 0.0, 10.0, 10.0]));
    let answer = ask_with(&mixed, None, &[], "How many animals are there?");
    assert_eq!(answer.text, "I can make out at least three animals.");
}

#[test]
fn tags_and_the_description_are_evidence_too() {
    let mut butterfly = Evidence {
        objects: Vec::new(),
        tags: vec![Tag {
            name: lexicon().classes()[323].clone(),
            score: 0.99,
        }],
        ..evidence()
    };
    let ask = |evidence: &Evidence, question| ask_with(evidence, None, &[], question);
    assert_eq!(ask(&butterfly, "Is there a butterfly?").text, "Yes, a butterfly.");
    let count = ask(&butterfly, "How many butterflies are there?");
    assert_eq!(count.text, "A butterfly, but I cannot count such things.");
    assert!(ask(&butterfly, "Where is the butterfly?").declined);
    // A tree is not a concept, but the sure description mentions it.
    let words = "a butterfly on a tree";
    butterfly.caption = Some(CaptionEvidence {
        text: words.to_owned(),
        words: words.split(' ').map(|word| (word.to_owned(), -0.01)).collect(),
        mean_log_probability: -0.05,
        itc: 0.9,
        itm: 0.99,
        alternatives: vec![words.to_owned(); 4],
        ..CaptionEvidence::default()
    });
    let tree = ask(&butterfly, "Is there a tree?");
    assert_eq!(tree.text, "The description says: A butterfly on a tree.");
}

const QUESTIONS: [&str; 14] = [
    "Is there a dog?",
    "How many people are there?",
    "Where is the cup?",
    "What colour is the car?",
    "What colours are there?",
    "How big is it?",
    "How big is the picture?",
    "What kind of picture is this?",
    "What do you see?",
    "What is on the left?",
    "Gibt es Hunde?",
    "Wie viele Menschen siehst du?",
    "Was für ein Bild ist das?",
    "Und Katzen?",
];

#[test]
fn without_evidence_nothing_is_affirmed() {
    for question in QUESTIONS {
        let answer = ask_with(&Evidence::default(), None, &[], question);
        assert_eq!(
            (answer.declined, answer.from),
            (true, Basis::Nothing),
            "{question}: {}",
            answer.text
        );
    }
}

proptest! {
    /// Fuzzes with arbitrary text, and with words of questions in any order and anything between them.
    #[test]
    fn any_question_is_answered(text in prop_oneof![
        any::<String>(),
        proptest::collection::vec(prop_oneof![
            proptest::sample::select(QUESTIONS.iter().flat_map(|question| question.split(' ')).collect::<Vec<_>>()).prop_map(str::to_owned),
            "\\PC{0,6}",
        ], 0..12).prop_map(|words| words.join(" ")),
    ]) {
        let answer = ask(&text);
        prop_assert!(!answer.text.is_empty());
        let again = ask_with(&evidence(), Some(&[]), &[answer.turn], &text);
        prop_assert!(!again.text.is_empty());
        let nothing = ask_with(&Evidence::default(), None, &[], &text);
        prop_assert!(nothing.declined, "{}", nothing.text);
        // If nothing was found in a picture, no answer says yes.
        let empty = Evidence { objects: Vec::new(), ..evidence() };
        let answer = ask_with(&empty, None, &[], &text);
        prop_assert!(!answer.text.starts_with("Yes") && !answer.text.starts_with("Ja,"), "{}", answer.text);
    }
}
