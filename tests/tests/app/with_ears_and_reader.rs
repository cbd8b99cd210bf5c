//! Tests with the real packs `ears` (speech recognition) and `reader` (text in pictures).

use std::thread;
use std::time::{Duration, Instant};

use crate::keys::{ASK, STOP};
use eyebright_tests::desktop::{A_WHILE, Desktop, Running};
use eyebright_tests::{fetched, golden};

#[test]
#[ignore = "needs the packs ears and reader"]
fn a_spoken_question_is_answered_aloud() {
    fetched("reader");
    let packs = fetched("ears");
    let desktop = Desktop::start();
    let _app = desktop.app_with(&["open", "--hidden"], &[("EYEBRIGHT_PACKS", packs.as_os_str())]);
    let before = desktop.said().len();
    desktop.open(&golden("reader.png"));
    desktop.hears(before, "There are 7 lines of text.");
    let before = desktop.said().len();
    desktop.press(ASK);
    desktop.microphone_is(true);
    thread::sleep(Duration::from_millis(500));
    // The recording says "What does the sign say?".
    let question = golden("question.wav");
    desktop.sh(&format!("paplay --device=micfeed '{}'", question.display()));
    desktop.hears(before, "It says: Eyebright reads");
}

#[test]
#[ignore = "needs the packs ears and reader"]
fn a_question_is_heard_while_its_key_is_held_and_a_second_press_ends_it() {
    fetched("reader");
    let packs = fetched("ears");
    let desktop = Desktop::start();
    let _app = desktop.app_with(&["open", "--hidden"], &[("EYEBRIGHT_PACKS", packs.as_os_str())]);
    let before = desktop.said().len();
    desktop.open(&golden("reader.png"));
    desktop.hears(before, "There are 7 lines of text.");
    // The recording says "What does the sign say?".
    let question = golden("question.wav");
    let ask = format!("paplay --device=micfeed '{}'", question.display());
    let before = desktop.said().len();
    desktop.hold(ASK, || {
        desktop.microphone_is(true);
        thread::sleep(Duration::from_millis(500));
        desktop.sh(&ask);
        // Longer than the silence that would end a question if the key was not held.
        thread::sleep(A_WHILE);
        desktop.microphone_is(true);
    });
    desktop.hears(before, "It says: Eyebright reads");
    desktop.press(STOP);

    desktop.press(ASK);
    desktop.microphone_is(true);
    let line = format!("while {ask}; do :; done");
    let mut voice = Running(desktop.command("sh").args(["-c", &line]).spawn().unwrap());
    thread::sleep(A_WHILE);
    desktop.microphone_is(true);
    let pressed = Instant::now();
    desktop.press(ASK);
    desktop.microphone_is(false);
    // Without the second key press, recording would go on for half a minute.
    assert!(pressed.elapsed() < Duration::from_secs(5) && voice.is_running());
}
