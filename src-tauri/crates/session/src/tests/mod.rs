//! The machine: which effects follow which events.

mod companions;
mod listening;
mod order;
mod streaming;
mod warning;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use eyebright_domain::{
    Action, Detail, Earcon, Fault, Language, Moderation, Recording, Strings, TOO_QUIET, Text, Until, Words,
};
use eyebright_models::{Cancel, Picture};

use super::*;

fn machine() -> Machine {
    Machine::new(
        Options {
            detail: Detail::One,
            moderation: Moderation::Warn,
            strings: Arc::new(Strings::load(Language::En)),
        },
        0,
    )
}

fn seen(name: &str) -> Seen {
    Seen {
        name: name.to_owned(),
        picture: Arc::new(Picture::from_rgb(image::RgbImage::new(8, 8))),
        path: None,
    }
}

fn words(first: &str) -> Words {
    Words {
        first: first.to_owned(),
        sure: true,
        more: vec!["More.".to_owned()],
        everything: vec!["All.".to_owned()],
        ..Words::default()
    }
}

fn readout() -> Readout {
    Readout {
        headline: "It says: Exit.".to_owned(),
        lines: vec!["The text:".to_owned(), "Exit".to_owned()],
    }
}

fn file(name: &str) -> Source {
    Source::File(PathBuf::from(name))
}

/// The texts that the effects say.
fn said(effects: &[Effect]) -> Vec<&str> {
    let mut texts = Vec::new();
    for effect in effects {
        if let Effect::Say(_, text) = effect {
            texts.push(text.as_str());
        }
    }
    texts
}

/// The job that an effect begins.
fn begun(effect: &Effect) -> Option<Job> {
    match effect {
        Effect::See(job, _)
        | Effect::Describe(job, _)
        | Effect::Read(job, _)
        | Effect::Answer(job, ..)
        | Effect::SaveAltText(job, ..)
        | Effect::Find(job, _)
        | Effect::Listen(job, _) => Some(*job),
        _ => None,
    }
}

fn job(effects: &[Effect]) -> Job {
    effects.iter().rev().find_map(begun).expect("a job begins")
}

fn has_earcon(effects: &[Effect], wanted: Earcon) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::Play(earcon) if *earcon == wanted))
}

/// Feeds events at time zero.
fn take(machine: &mut Machine, event: Event) -> Vec<Effect> {
    machine.take(event, Duration::ZERO)
}

/// Presses a key and lets the picture be described by these words.
fn described(machine: &mut Machine, action: Action, words: Words) -> Vec<Effect> {
    let job_seen = job(&take(machine, Event::Act(action)));
    let job_described = job(&take(machine, Event::Found(job_seen, Ok(Found::Picture(seen(""))))));
    take(machine, Event::Described(job_described, Ok(words)))
}

fn describe(machine: &mut Machine, action: Action) -> Vec<Effect> {
    described(machine, action, words("A dog."))
}

#[test]
fn a_key_is_answered_by_a_sound_then_by_a_sentence() {
    let mut machine = machine();
    let effects = take(&mut machine, Event::Act(Action::Screen));
    assert!(matches!(effects[0], Effect::Play(Earcon::Start)));
    let effects = take(&mut machine, Event::Found(1, Ok(Found::Picture(seen("")))));
    let effects = take(&mut machine, Event::Described(job(&effects), Ok(words("A dog."))));
    assert_eq!(said(&effects), ["A dog."]);
    assert_eq!(machine.status(), Status::Speaking);
    take(&mut machine, Event::Spoken(1));
    assert_eq!(machine.status(), Status::Idle);
}

#[test]
fn the_same_key_again_interrupts_and_another_supersedes() {
    let mut machine = machine();
    let first = job(&take(&mut machine, Event::Act(Action::Screen)));
    let effects = take(&mut machine, Event::Act(Action::Screen));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Abandon(job) if *job == first))
    );
    assert_eq!(machine.status(), Status::Idle);
    assert!(said(&take(&mut machine, Event::Found(first, Ok(Found::Picture(seen("")))))).is_empty());

    describe(&mut machine, Action::Screen);
    let effects = take(&mut machine, Event::Act(Action::Screen));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Hush)));
    assert_eq!(machine.status(), Status::Idle);

    describe(&mut machine, Action::Screen);
    let effects = take(&mut machine, Event::Act(Action::Window));
    assert!(matches!(effects[0], Effect::Hush) && has_earcon(&effects, Earcon::Start));
    assert_eq!(machine.status(), Status::Working);
}

/// Presses a key and lets a picture with text be described.
fn describe_text(machine: &mut Machine, text: Text) -> Vec<Effect> {
    let words = Words {
        text,
        ..words("A page.")
    };
    described(machine, Action::Screen, words)
}

#[test]
fn a_page_is_read_behind_its_first_sentence_and_all_of_it_on_request() {
    let mut machine = machine();
    let effects = describe_text(&mut machine, Text::AtOnce);
    assert_eq!(said(&effects), ["A page."]);
    let effects = take(&mut machine, Event::Read(job(&effects), Ok(readout())));
    assert_eq!(said(&effects), ["It says: Exit."]);
    take(&mut machine, Event::Spoken(9));
    assert_eq!(
        said(&take(&mut machine, Event::Act(Action::Repeat))),
        ["A page.", "It says: Exit."]
    );
    take(&mut machine, Event::Spoken(9));
    assert_eq!(said(&take(&mut machine, Event::Act(Action::More))), ["More."]);
    take(&mut machine, Event::Spoken(9));
    let effects = take(&mut machine, Event::Act(Action::More));
    assert_eq!(said(&effects), ["The text:", "Exit", "All."]);
}

#[test]
fn text_in_a_photo_is_read_when_everything_is_asked_for() {
    let mut machine = machine();
    assert_eq!(said(&describe_text(&mut machine, Text::OnRequest)), ["A page."]);
    assert!(!machine.heeds_time());
    take(&mut machine, Event::Act(Action::More));
    take(&mut machine, Event::Spoken(9));
    let effects = take(&mut machine, Event::Act(Action::More));
    assert!(said(&effects).is_empty(), "the text comes first");
    let effects = take(&mut machine, Event::Read(job(&effects), Ok(readout())));
    assert_eq!(said(&effects), ["The text:", "Exit", "All."]);
    take(&mut machine, Event::Spoken(99));
    let effects = take(&mut machine, Event::Act(Action::More));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Read(..))));
}

#[test]
fn a_reader_that_fails_is_heard_and_takes_nothing_else_away() {
    let mut machine = machine();
    let fault = Fault::new("x", "It failed. Try again.");
    describe_text(&mut machine, Text::OnRequest);
    take(&mut machine, Event::Act(Action::More));
    take(&mut machine, Event::Spoken(9));
    let effects = take(&mut machine, Event::Act(Action::More));
    let effects = take(&mut machine, Event::Read(job(&effects), Err(fault)));
    assert!(has_earcon(&effects, Earcon::Failure));
    assert_eq!(said(&effects).last(), Some(&"All."));
}

#[test]
fn news_interrupts_nothing() {
    let mut machine = machine();
    describe(&mut machine, Action::Screen);
    let effects = take(&mut machine, Event::Notice("The pack is here.".to_owned()));
    assert_eq!(said(&effects), ["The pack is here."]);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Hush)));
}

#[test]
fn more_goes_on_where_it_stopped_and_repeat_says_the_last_words() {
    let mut machine = machine();
    describe(&mut machine, Action::Screen);
    assert_eq!(said(&take(&mut machine, Event::Act(Action::More))), ["More."]);
    take(&mut machine, Event::Spoken(9));
    assert_eq!(said(&take(&mut machine, Event::Act(Action::More))), ["All."]);
    take(&mut machine, Event::Spoken(9));
    assert_eq!(said(&take(&mut machine, Event::Act(Action::Repeat))), ["All."]);
    take(&mut machine, Event::Spoken(9));
    assert_eq!(
        said(&take(&mut machine, Event::Act(Action::Spell))),
        ["A, l, l, full stop"]
    );
    take(&mut machine, Event::Spoken(9));
    let none = said(&take(&mut machine, Event::Act(Action::More))).concat();
    assert_eq!(none, machine_text("say.no_more"));
}

fn machine_text(key: &str) -> String {
    Strings::load(Language::En).get(key).to_owned()
}

#[test]
fn several_files_are_numbered_and_a_bad_one_does_not_stop_the_rest() {
    let mut machine = machine();
    let first = job(&take(&mut machine, Event::Open(vec![file("a b.png"), file("ü.png")])));
    let fault = Fault::new("not_a_picture", "This is not a picture. Choose another file.");
    let effects = take(&mut machine, Event::Found(first, Err(fault)));
    assert!(has_earcon(&effects, Earcon::Failure));
    assert!(said(&effects)[0].contains("a b") && said(&effects)[1].starts_with("This is not a picture."));
    // Two sentences wait to be spoken: the next file comes once one of them was.
    let second = job(&take(&mut machine, Event::Spoken(1)));
    let effects = take(&mut machine, Event::Found(second, Ok(Found::Picture(seen("ü")))));
    let effects = take(&mut machine, Event::Described(job(&effects), Ok(words("A cat."))));
    assert!(said(&effects)[0].contains('2') && said(&effects)[0].contains('ü'));
    assert_eq!(said(&effects)[1], "A cat.");
}

#[test]
fn a_folder_becomes_its_pictures() {
    let mut machine = machine();
    let folder = job(&take(&mut machine, Event::Open(vec![file("folder")])));
    let effects = take(
        &mut machine,
        Event::Found(folder, Ok(Found::Sources(vec![file("1.png"), file("2.png")]))),
    );
    assert!(matches!(effects.last(), Some(Effect::See(_, source)) if *source == file("1.png")));
}

#[test]
fn a_region_is_chosen_by_keys_and_what_is_chosen_is_described() {
    let mut machine = machine();
    let frozen = job(&take(&mut machine, Event::Act(Action::Region)));
    let effects = take(&mut machine, Event::Found(frozen, Ok(Found::Picture(seen("")))));
    assert_eq!(machine.status(), Status::ChoosingRegion);
    assert!(said(&effects)[0].contains("25"));
    let moved = Event::RegionStep {
        step: Step::Left,
        large: false,
    };
    let effects = take(&mut machine, moved);
    assert!(matches!(effects[0], Effect::Hush));
    assert!(said(&effects)[0].contains("20"), "{:?}", said(&effects));
    let effects = take(&mut machine, Event::RegionDone);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Show(Show::Unfrozen)))
    );
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Describe(..))));
    take(&mut machine, Event::Act(Action::Stop));
    assert_eq!(machine.status(), Status::Idle);
}

#[test]
fn long_work_ticks_and_endless_work_is_given_up_aloud() {
    let mut machine = machine();
    take(&mut machine, Event::Act(Action::Screen));
    let mut tick = |millis| machine.take(Event::Tick, Duration::from_millis(millis));
    assert!(tick(900).is_empty());
    assert!(has_earcon(&tick(1_000), Earcon::Tick));
    assert!(tick(1_200).is_empty());
    assert!(has_earcon(&tick(2_000), Earcon::Tick));
    let effects = tick(120_000);
    assert!(has_earcon(&effects, Earcon::Failure) && !said(&effects).is_empty());
}

#[test]
fn a_dead_voice_leaves_the_words_on_the_screen_and_a_sound() {
    let mut machine = machine();
    describe(&mut machine, Action::Screen);
    let effects = take(&mut machine, Event::Mute(Fault::new("speech_stuck", "Speech hangs.")));
    assert!(has_earcon(&effects, Earcon::Failure));
    let shown = |effect: &Effect| matches!(effect, Effect::Show(Show::Heard(text)) if text == "A dog.\nSpeech hangs.");
    assert!(effects.iter().any(shown), "{effects:?}");
    assert_eq!(machine.status(), Status::Idle);
}

#[test]
fn a_question_needs_a_picture() {
    let mut machine = machine();
    let effects = take(&mut machine, Event::Question("what is it".to_owned()));
    assert_eq!(said(&effects), [machine_text("say.nothing_yet")]);
    describe(&mut machine, Action::Screen);
    let asked = job(&take(&mut machine, Event::Question("what is it".to_owned())));
    let effects = take(&mut machine, Event::Answered(asked, Ok("A dog.".to_owned())));
    assert_eq!(said(&effects), ["A dog."]);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Add(1, pair) if pair.len() == 2))
    );
}

#[test]
fn the_first_sentence_is_saved_in_the_file_that_a_picture_came_from() {
    let mut machine = machine();
    let none = said(&take(&mut machine, Event::Act(Action::AltText))).concat();
    assert_eq!(none, machine_text("say.nothing_yet"));
    describe(&mut machine, Action::Screen);
    let effects = take(&mut machine, Event::Act(Action::AltText));
    assert!(has_earcon(&effects, Earcon::Failure) && said(&effects)[0].contains("did not come from a file"));

    let seen = Seen {
        path: Some(PathBuf::from("/a/beach.jpg")),
        ..seen("beach")
    };
    let opened = job(&take(&mut machine, Event::Open(vec![file("/a/beach.jpg")])));
    let found = job(&take(&mut machine, Event::Found(opened, Ok(Found::Picture(seen)))));
    take(&mut machine, Event::Described(found, Ok(words("A dog."))));
    let effects = take(&mut machine, Event::Act(Action::AltText));
    let saving = job(&effects);
    assert!(effects.iter().any(
        |effect| matches!(effect, Effect::SaveAltText(_, seen, text) if seen.name == "beach" && text == "A dog.")
    ));
    assert!(said(&take(&mut machine, Event::Saved(saving, Ok(()))))[0].contains("beach"));
    take(&mut machine, Event::Spoken(99));
    let saving = job(&take(&mut machine, Event::Act(Action::AltText)));
    let refused = Fault::new(
        "alt_text_format",
        "Alt text can be saved in JPEG files only. Save it as one.",
    );
    assert!(has_earcon(
        &take(&mut machine, Event::Saved(saving, Err(refused))),
        Earcon::Failure
    ));
}

#[test]
fn a_search_tells_how_many_and_the_best() {
    let mut machine = machine();
    assert!(take(&mut machine, Event::Find("  ".to_owned())).is_empty());
    let find = |machine: &mut Machine, sentences: &[&str]| {
        let finding = job(&take(machine, Event::Find(" dog ".to_owned())));
        let sentences = sentences.iter().map(ToString::to_string).collect();
        let effects = take(machine, Event::Searched(finding, Ok(sentences)));
        said(&effects).join(" ")
    };
    assert_eq!(
        find(&mut machine, &["A dog.", "Two dogs."]),
        "2 found for dog. The best: A dog."
    );
    assert_eq!(find(&mut machine, &["A dog."]), "1 found for dog. A dog.");
    assert_eq!(find(&mut machine, &[]), "Nothing was found for dog. Try other words.");
}

#[test]
fn trouble_beside_the_work_is_told_and_stops_nothing() {
    let mut machine = machine();
    let first = job(&take(&mut machine, Event::Act(Action::Screen)));
    let effects = take(
        &mut machine,
        Event::Trouble(Fault::new("x", "The disk is full. Make room.")),
    );
    assert!(has_earcon(&effects, Earcon::Failure));
    assert_eq!(said(&effects), ["The disk is full. Make room."]);
    assert_eq!(machine.status(), Status::Working);
    job(&take(&mut machine, Event::Found(first, Ok(Found::Picture(seen(""))))));
}
