//! Tests the describer with a scripted family, which also shows the minimum that a new family implements.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use candle_core::Device;
use image::{Rgb, RgbImage};

use super::Describer;
use crate::base::cancel::Cancel;
use crate::base::clock::Clock;
use crate::base::error::Result;
use crate::base::task::Task;
use crate::families::family::{Family, Match, Memory, Request, Written};
use crate::nn::generation::Sequence;
use crate::picture::{Limits, Picture};
use crate::say::Language;
use crate::weights::pack::Pack;

/// Events in the order in which they happened.
type Log = Arc<Mutex<Vec<String>>>;

/// A family that writes the pieces of a fixed script for any picture.
struct Scripted {
    pieces: &'static [&'static str],
    log: Log,
}

/// The scripted family's memory: the width of the picture.
struct Looked(u32);

impl Family for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn can(&self, task: Task) -> bool {
        matches!(task, Task::Caption | Task::Answer)
    }

    fn look(&self, picture: &Picture) -> Result<Memory> {
        Ok(Memory::new(Looked(picture.width())))
    }

    fn caption(&self, memory: &Memory, request: Request<'_>) -> Result<Vec<Written>> {
        assert!(memory.get::<Looked>()?.0 > 0);
        for piece in self.pieces {
            request.cancel.check()?;
            self.log.lock().unwrap().push(format!("wrote {piece}"));
            (request.sink)(piece);
        }
        Ok(vec![Written {
            text: self.pieces.concat(),
            words: Vec::new(),
            sequence: Sequence::default(),
            fit: None,
        }])
    }

    fn answer(&self, memory: &Memory, question: &str, request: Request<'_>) -> Result<Vec<Written>> {
        let mut answers = self.caption(memory, request)?;
        answers[0].text = format!("an answer to {question}");
        Ok(answers)
    }

    fn match_text(&self, _: &Memory, _: &str) -> Result<Match> {
        Err(self.unable(Task::Match))
    }

    fn embed(&self, _: &Memory) -> Result<Vec<f32>> {
        Err(self.unable(Task::Embed))
    }
}

struct NoClock;

impl Clock for NoClock {
    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

fn describer(pieces: &'static [&'static str]) -> (Describer, Log) {
    let log = Log::default();
    let family = Scripted {
        pieces,
        log: log.clone(),
    };
    let glance = Describer::open(&Pack::glance().unwrap(), &Device::Cpu).unwrap();
    (glance.with_model(Box::new(family)), log)
}

fn coffee() -> Picture {
    let bytes = include_bytes!("../../../tests/pictures/coffee.jpg");
    Picture::decode(bytes, &Limits::default()).unwrap()
}

#[test]
fn each_sentence_is_told_before_the_next_is_written() {
    let (describer, log) = describer(&[
        "A cup of coffee",
        " on a table. ",
        "The table is",
        " brown. It is",
        " round",
    ]);
    let told = log.clone();
    let tell = &mut move |statement: &crate::say::Statement| {
        told.lock()
            .unwrap()
            .push(format!("told {}", statement.in_words(Language::English)));
    };
    let (description, _) = describer
        .describe(&coffee(), &Cancel::default(), &NoClock, tell)
        .unwrap();
    assert_eq!(
        *log.lock().unwrap(),
        [
            "wrote A cup of coffee",
            "wrote  on a table. ",
            "told Possibly a cup of coffee on a table.",
            "wrote The table is",
            "wrote  brown. It is",
            "told Possibly the table is brown.",
            "wrote  round",
        ]
    );
    assert_eq!(
        description.sentence(Language::English),
        "Possibly a cup of coffee on a table. Possibly the table is brown. Possibly it is round."
    );
    assert!(!description.sure);
}

#[test]
fn a_sentence_about_somebody_who_is_not_there_is_left_out() {
    let (describer, _) = describer(&["A cup of coffee. ", "A zebra is near it. ", "The cup is red. "]);
    let mut told = Vec::new();
    let tell = &mut |statement: &crate::say::Statement| told.push(statement.in_words(Language::English));
    let (description, _) = describer
        .describe(&coffee(), &Cancel::default(), &NoClock, tell)
        .unwrap();
    assert_eq!(told, ["Possibly a cup of coffee.", "Possibly the cup is red."]);
    assert_eq!(description.sentence(Language::English), told.join(" "));
}

#[test]
fn what_only_exists_in_english_is_said_by_its_things_in_german() {
    let (describer, _) = describer(&["A cup of coffee."]);
    let (description, _) = describer
        .describe(&coffee(), &Cancel::default(), &NoClock, &mut |_| {})
        .unwrap();
    assert_eq!(
        description.sentence(Language::German),
        "Möglicherweise eine Tasse Kaffee."
    );
}

#[test]
fn answers_come_in_own_words_and_cancelling_ends_them() {
    let (describer, _) = describer(&["yes"]);
    let (observed, _) = describer
        .observe(&coffee(), &Cancel::default(), &NoClock, &mut |_| {})
        .unwrap();
    let ask = |cancel: &Cancel| describer.answer(&observed, &coffee(), None, &[], "is the coffee hot?", cancel);
    assert_eq!(
        ask(&Cancel::default()).unwrap().text,
        "Possibly an answer to is the coffee hot?."
    );
    let cancel = Cancel::default();
    cancel.cancel();
    assert_eq!(ask(&cancel).unwrap_err().code(), "cancelled");
}

#[test]
fn a_picture_that_is_not_a_photo_is_not_shown_to_a_family() {
    let (describer, log) = describer(&["A cup."]);
    let white = Picture::from_rgb(RgbImage::from_pixel(64, 64, Rgb([255; 3])));
    let (description, _) = describer
        .describe(&white, &Cancel::default(), &NoClock, &mut |_| {})
        .unwrap();
    assert_eq!(
        description.sentence(Language::English),
        "The picture is blank, all white."
    );
    assert!(log.lock().unwrap().is_empty());
}

#[test]
fn a_memory_of_another_family_is_refused() {
    let (_, log) = describer(&[]);
    let family = Scripted { pieces: &[], log };
    let error = family.caption(&Memory::new(1_u8), Request::new(&Cancel::default(), &mut |_| {}));
    assert_eq!(error.unwrap_err().code(), "model_failed");
}
