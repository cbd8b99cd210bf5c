//! `ask`: questions about real pictures, which must be answered correctly or declined.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;

use eyebright_tests::{Run, picture, run};
use serde::Deserialize;
use serde_json::Value;

/// Smallest share of questions that are right or declined (`GOOD`), and largest share that are wrong (`WRONG`).
const GOOD: f32 = 0.9;
const WRONG: f32 = 0.05;

#[derive(Deserialize)]
struct Questions {
    question: Vec<Question>,
}

/// A question of `questions.toml`, which explains the fields.
#[derive(Deserialize)]
struct Question {
    picture: String,
    asked: Vec<String>,
    #[serde(default)]
    right: Vec<String>,
    #[serde(default)]
    wrong: Vec<String>,
    #[serde(default)]
    decline: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Right,
    Declined,
    Missed,
    Wrong,
}

impl Question {
    fn outcome(&self, answer: &Value) -> Outcome {
        let text = answer["answer"].as_str().unwrap();
        let declined = answer["declined"].as_bool().unwrap();
        let says = |texts: &[String]| texts.iter().any(|part| says(text, part));
        match () {
            () if self.decline && declined => Outcome::Declined,
            () if self.decline || says(&self.wrong) => Outcome::Wrong,
            () if says(&self.right) => Outcome::Right,
            () if declined => Outcome::Declined,
            () => Outcome::Missed,
        }
    }
}

/// True if the text contains `part` from the start of a word on: "no dogs" says "no dog".
fn says(text: &str, part: &str) -> bool {
    let words = |text: &str| -> String {
        let lower = text.to_lowercase();
        let words = lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty());
        words.fold(String::new(), |text, word| text + " " + word)
    };
    words(text).contains(&words(part))
}

fn ask(name: &str, questions: &[&str]) -> Run {
    let file = picture(name);
    let words = ["ask", "--json", file.to_str().unwrap()];
    run(words.iter().chain(questions))
}

/// Asks all questions about a picture in one run. A question that follows from another is asked after it.
#[test]
fn questions_are_answered_right_or_declined() {
    let text = fs::read_to_string(picture("questions.toml")).unwrap();
    let questions = toml::from_str::<Questions>(&text).unwrap().question;
    assert!(questions.len() >= 60);
    let mut by_picture: BTreeMap<&str, Vec<&Question>> = BTreeMap::new();
    for question in &questions {
        by_picture.entry(&question.picture).or_default().push(question);
    }
    let mut told = Vec::new();
    for (name, questions) in by_picture {
        let asked: Vec<&str> = questions
            .iter()
            .flat_map(|question| &question.asked)
            .map(String::as_str)
            .collect();
        let answers = ask(name, &asked).json();
        assert_eq!(answers.len(), asked.len(), "{name}");
        let mut answers = answers.iter();
        for question in questions {
            let answer = answers.nth(question.asked.len() - 1).unwrap();
            let line = format!("{name}: {} {}", question.asked.join(" "), answer["answer"]);
            told.push((question.outcome(answer), line));
        }
    }
    told.sort();
    let share = |outcome| told.iter().filter(|(other, _)| *other == outcome).count() as f32 / told.len() as f32;
    println!("{told:#?}");
    assert!(share(Outcome::Right) + share(Outcome::Declined) >= GOOD, "{told:#?}");
    assert!(share(Outcome::Wrong) <= WRONG, "{told:#?}");
    assert!(share(Outcome::Right) > share(Outcome::Declined), "{told:#?}");
}

#[test]
fn answers_stand_one_a_line_in_the_order_of_the_questions() {
    let coffee = picture("coffee.jpg");
    let run = run([
        "ask".as_ref(),
        coffee.as_os_str(),
        "How big is the picture?".as_ref(),
        "Was für ein Bild ist das?".as_ref(),
    ]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(
        run.out,
        "The picture is 600 pixels wide and 400 high.\nEs ist ein Foto oder Gemälde.\n"
    );
}

#[test]
fn json_tells_what_an_answer_rests_on() {
    let answers = ask(
        "coffee.jpg",
        &["How big is the picture?", "What does it say?", "Warum?"],
    )
    .json();
    let tells = |answer: &Value| {
        (
            answer["from"].as_str().unwrap().to_owned(),
            answer["declined"].as_bool().unwrap(),
        )
    };
    let told: Vec<_> = answers.iter().map(tells).collect();
    let expected = [("pixels", false), ("nothing", true), ("nothing", true)];
    assert_eq!(told, expected.map(|(from, declined)| (from.to_owned(), declined)));
    for (answer, question) in answers
        .iter()
        .zip(["How big is the picture?", "What does it say?", "Warum?"])
    {
        assert_eq!(
            (answer["question"].as_str(), answer["pack"].as_str()),
            (Some(question), Some("glance"))
        );
    }
}

#[test]
fn what_cannot_be_asked_is_told() {
    let gone = run(["ask", "--json", "gone.jpg", "Is there a dog?"]);
    assert_eq!(gone.code, 1);
    assert_eq!(gone.json()[0]["error"]["code"], "not_found");
    let nothing = run(["ask".as_ref(), picture("coffee.jpg").as_os_str()]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("QUESTION"), "{nothing:?}");
}
