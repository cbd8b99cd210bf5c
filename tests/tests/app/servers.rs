//! A speech server that dies or hangs; and the network, which the app does not use.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::keys::{ASK, MORE, SCREEN, STOP};
use eyebright_tests::desktop::{A_WHILE, Desktop, until};
use eyebright_tests::eyebright;

#[test]
fn a_speech_server_that_died_is_started_again() {
    let desktop = Desktop::start();
    // Turn earcons off, so that every sound is speech.
    fs::write(desktop.settings(), "version = 1\nearcons = false\n").unwrap();
    let _app = desktop.app(&["open", "--hidden"]);
    desktop.signal_speech("KILL");
    desktop.open_coffee();
    thread::sleep(Duration::from_secs(8));
    let loud = desktop.loud();
    assert!(loud > 0.6, "{loud} s of sound");
}

#[test]
fn a_wedged_speech_server_is_told_by_a_sound_and_spoken_to_again_later() {
    let desktop = Desktop::start();
    let _app = desktop.app(&["open"]);
    desktop.signal_speech("STOP");
    desktop.open_coffee();
    let tree = until("the window to say that speech does not answer", || {
        let tree = desktop.accessible_tree();
        tree.contains("does not answer").then_some(tree)
    });
    assert!(tree.contains("coffee"), "what could not be said is shown: {tree}");
    desktop.signal_speech("CONT");
    thread::sleep(A_WHILE);
    let before = desktop.said().len();
    desktop.open_coffee();
    desktop.hears(before, "coffee");
}

#[test]
fn no_connection_to_a_network_is_opened() {
    let desktop = Desktop::start();
    let trace = desktop.folder().join("trace");
    let mut traced = desktop.command("strace");
    traced.args(["-f", "-qq", "-e", "trace=socket", "-o"]).arg(&trace);
    let mut app = traced.arg(eyebright().get_program()).arg("open").spawn().unwrap();
    desktop.comes_to_front("Eyebright");
    desktop.open_coffee();
    desktop.hears(0, "coffee");
    for key in [SCREEN, MORE, ASK, STOP] {
        desktop.press(key);
        thread::sleep(A_WHILE);
    }
    desktop.press("ctrl+q");
    until("the app to end", || app.try_wait().unwrap());
    let trace = fs::read_to_string(trace).unwrap();
    assert!(trace.contains("AF_UNIX"), "the trace is empty");
    let network: Vec<&str> = trace.lines().filter(|line| line.contains("AF_INET")).collect();
    assert!(network.is_empty(), "{network:?}");
}
