//! Tests of the real app as on a Wayland desktop, with a fake desktop portal. Its window stays on X11.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use eyebright_tests::desktop::{A_WHILE, Desktop, Running, lab, until};
use eyebright_tests::{ears, picture};

const NO_KEYS: &str = "eyebright do screen";
/// Bus name and object path of the portal.
const PORTAL: &str = "org.freedesktop.portal.Desktop /org/freedesktop/portal/desktop";

fn portal(desktop: &Desktop, options: &[&str]) -> Running {
    let picture = picture("coffee.jpg");
    let mut command = desktop.command(lab("portal.py"));
    let running = Running(command.args(options).arg("--picture").arg(picture).spawn().unwrap());
    until("the portal to be there", || {
        ask_portal(desktop, "Bound").contains("array").then_some(())
    });
    running
}

fn ask_portal(desktop: &Desktop, what: &str) -> String {
    desktop.sh(&format!(
        "dbus-send --session --print-reply=literal --dest={PORTAL} org.eyebright.Lab.{what} 2>/dev/null"
    ))
}

/// Starts the app with `WAYLAND_DISPLAY` set. There is no Wayland server, but the app takes the variable as a sign of
/// one.
fn app(desktop: &Desktop, arguments: &[&str]) -> Running {
    start(desktop, &mut desktop.eyebright(arguments))
}

fn start(desktop: &Desktop, command: &mut Command) -> Running {
    desktop.start_app(command.env("WAYLAND_DISPLAY", "wayland-of-the-test"))
}

fn bound(desktop: &Desktop, expected: usize) -> String {
    until(&format!("{expected} keys to be bound"), || {
        let bound = ask_portal(desktop, "Bound");
        (bound.matches('|').count() == 2 * expected).then_some(bound)
    })
}

#[test]
fn the_portal_hands_keys_on() {
    let desktop = Desktop::start();
    let _portal = portal(&desktop, &[]);
    let mut app = app(&desktop, &["open", "--hidden"]);
    let keys = bound(&desktop, 10);
    assert!(keys.contains("screen|Describe the screen|CTRL+ALT+SHIFT+d"), "{keys}");
    assert!(keys.contains("spell|Spell it|CTRL+ALT+SHIFT+b"), "{keys}");

    assert!(ask_portal(&desktop, "Press string:screen").contains("uint32 1"));
    let sentence = desktop.hears(0, "coffee");
    let before = desktop.said().len();
    ask_portal(&desktop, "Press string:spell");
    desktop.hears(before, "c, o, f, f, e, e");
    ask_portal(&desktop, "Press string:stop");
    let before = desktop.said().len();
    ask_portal(&desktop, "Press string:repeat");
    desktop.hears(before, &sentence);

    assert!(!desktop.said().iter().any(|text| text.contains(NO_KEYS)));
    assert_eq!(desktop.app_log(), "");
    assert!(app.is_running());
}

#[test]
fn a_question_is_recorded_until_the_portals_key_is_let_go() {
    let desktop = Desktop::start();
    let _portal = portal(&desktop, &[]);
    let packs = ears::tiny();
    let mut command = desktop.eyebright(&["open", "--hidden"]);
    let _app = start(&desktop, command.env("EYEBRIGHT_PACKS", packs.path()));
    bound(&desktop, 10);
    ask_portal(&desktop, "Press string:screen");
    desktop.hears(0, "coffee");
    ask_portal(&desktop, "Press string:ask");
    desktop.microphone_is(true);
    // Longer than the app waits for speech after a short press.
    thread::sleep(Duration::from_secs(8));
    desktop.microphone_is(true);
    let released = Instant::now();
    ask_portal(&desktop, "Release string:ask");
    desktop.microphone_is(false);
    // Without the release, recording would end after half a minute.
    assert!(released.elapsed() < Duration::from_secs(5), "{:?}", released.elapsed());
}

/// Moves the keyboard focus to the button whose name begins with `button`, as a screen reader would.
fn focus(desktop: &Desktop, button: &str) {
    const SCRIPT: &str = r"
import sys, gi
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi
def walk(node):
    if node.get_role_name().endswith('button') and node.get_name().startswith(sys.argv[1]):
        print(Atspi.Component.grab_focus(node))
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child: walk(child)
walk(Atspi.get_desktop(0))
";
    until(&format!("the button {button}"), || {
        let mut python = desktop.command("/usr/bin/python3");
        let output = python.args(["-c", SCRIPT, button]).output().unwrap();
        output.stdout.starts_with(b"True").then_some(())
    });
}

#[test]
fn a_new_key_is_asked_for_and_the_old_ones_rest_while_it_is_recorded() {
    let desktop = Desktop::start();
    let _portal = portal(&desktop, &[]);
    let _app = app(&desktop, &["open"]);
    let keys = bound(&desktop, 10);
    desktop.comes_to_front("Eyebright");
    focus(&desktop, "Settings");
    desktop.press("Return");
    focus(&desktop, "Spell it");
    desktop.press("Return");
    thread::sleep(A_WHILE);
    ask_portal(&desktop, "Press string:spell");
    thread::sleep(A_WHILE);
    assert!(desktop.said().is_empty(), "{:?}", desktop.said());

    // Keys that were bound before are bound once, not twice.
    desktop.press("Escape");
    thread::sleep(A_WHILE);
    assert_eq!(bound(&desktop, 10), keys);
    ask_portal(&desktop, "Press string:spell");
    desktop.hears(0, "Nothing");

    desktop.press("Return");
    thread::sleep(A_WHILE);
    desktop.press("shift+F9");
    until("the new key to be bound", || {
        ask_portal(&desktop, "Bound").contains("|SHIFT+F9").then_some(())
    });
    bound(&desktop, 10);
    let before = desktop.said().len();
    // Another key than before, because the same one would interrupt.
    ask_portal(&desktop, "Press string:repeat");
    desktop.hears(before, "Nothing");
}

#[test]
fn a_desktop_without_a_portal_is_told_and_the_command_works() {
    let desktop = Desktop::start();
    // On the first run the welcome is spoken first, and to its end.
    fs::remove_file(desktop.settings()).unwrap();
    let _app = app(&desktop, &["open"]);
    desktop.hears(0, "Eyebright");
    let welcomed = Instant::now();
    desktop.hears(1, NO_KEYS);
    assert!(welcomed.elapsed() > Duration::from_secs(4), "{:?}", welcomed.elapsed());
    until("the window to show it", || {
        desktop.accessible_tree().contains(NO_KEYS).then_some(())
    });
    let told = desktop.said().len();
    thread::sleep(Duration::from_secs(2));
    assert_eq!(desktop.said().len(), told, "once is enough: {:?}", desktop.said());

    let before = desktop.said().len();
    assert!(desktop.eyebright(&["do", "repeat"]).status().unwrap().success());
    desktop.hears(before, NO_KEYS);
}

#[test]
fn a_portal_that_says_no_or_gives_less_is_told() {
    for (options, expected) in [
        (&["--answer", "deny"], "was told not to"),
        (&["--answer", "unknown"], "only to programs that it knows"),
        (&["--without", "ask"], "gave no key to: Ask about the picture."),
    ] {
        let desktop = Desktop::start();
        let _portal = portal(&desktop, options);
        let _app = app(&desktop, &["open", "--hidden"]);
        desktop.hears(0, expected);
    }
}

#[test]
fn a_portal_that_asks_the_person_is_waited_for() {
    let desktop = Desktop::start();
    let _portal = portal(&desktop, &["--answer", "later"]);
    let _app = app(&desktop, &["open"]);
    desktop.hears(0, "It may be asking you");
    let complaint = "has not said yet";
    until("the window to show it", || {
        desktop.accessible_tree().contains(complaint).then_some(())
    });
    ask_portal(&desktop, "Answer");
    // The complaint may still be shown as the text heard last, but no longer as a problem.
    until("the window to stop complaining", || {
        (desktop.accessible_tree().matches(complaint).count() <= 1).then_some(())
    });
    ask_portal(&desktop, "Press string:screen");
    desktop.hears(1, "coffee");
}

#[test]
fn a_portal_that_goes_away_is_told() {
    let desktop = Desktop::start();
    let portal = portal(&desktop, &[]);
    let _app = app(&desktop, &["open", "--hidden"]);
    bound(&desktop, 10);
    drop(portal);
    desktop.hears(0, "taken the keys of Eyebright back");
}
