//! The window: first run, controls, accessible tree.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;

use crate::keys::WINDOW;
use crate::viewer::show;
use eyebright_tests::desktop::{A_WHILE, Desktop, Running, until};
use eyebright_tests::{eyebright, finish, picture};

#[test]
fn a_first_run_welcomes_by_ear() {
    let desktop = Desktop::start();
    fs::remove_file(desktop.settings()).unwrap();
    let _app = desktop.app(&["open", "--hidden"]);
    desktop.hears(0, "Welcome to Eyebright");
    assert!(desktop.hears(0, "Welcome").contains("Ctrl Alt Shift D"));
}

#[test]
fn every_control_of_the_window_works_in_webkit_and_axe_finds_nothing() {
    let desktop = Desktop::start();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("window");
    let mut node = desktop.command("node");
    node.args(["--test", "real/app.js"]).current_dir(tests);
    node.env("EYEBRIGHT", eyebright().get_program())
        .env("PICTURE", picture("coffee.jpg"));
    let run = finish(&mut node);
    assert_eq!(run.code, 0, "{}\n{}", run.out, run.err);
}

/// One line of `lab/accessible_tree.py`.
#[derive(Debug, serde::Deserialize)]
struct Accessible {
    role: String,
    name: String,
    states: Vec<String>,
    text: Option<String>,
}

#[test]
fn the_accessible_tree_names_everything_that_takes_the_focus() {
    let desktop = Desktop::start();
    let _app = desktop.app(&["open"]);
    let before = desktop.said().len();
    desktop.open_coffee();
    let sentence = desktop.hears(before, "coffee");
    let found = until("the sentence in the tree", || {
        let lines = desktop.accessible_tree();
        let tree: Vec<Accessible> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let heard = |node: &Accessible| node.role == "entry" && node.text.as_deref() == Some(&sentence);
        tree.iter().any(heard).then_some(tree)
    });
    let heard = found
        .iter()
        .find(|node| node.text.as_deref() == Some(&sentence) && node.role == "entry")
        .unwrap();
    assert!(heard.states.iter().any(|state| state == "FOCUSED"), "{heard:?}");
    assert!(found.iter().any(|node| node.role == "image" && node.name == sentence));
    let buttons = found.iter().filter(|node| node.role.ends_with("button")).count();
    assert!(buttons >= 14, "{buttons} buttons");
    for node in &found {
        let takes_focus = node.states.iter().any(|state| state == "FOCUSABLE");
        assert!(
            !takes_focus || !node.name.is_empty() || node.role == "scroll pane",
            "{node:?}"
        );
    }
}

/// Run this by hand, with Orca installed: `cargo nextest run -p eyebright-tests orca --run-ignored only`.
#[test]
#[ignore = "Orca gives up events that come late: needs an idle machine"]
fn orca_reads_the_description_when_speaking_is_left_to_it() {
    let desktop = Desktop::start();
    fs::write(desktop.settings(), "version = 1\nspeech = \"screen_reader\"\n").unwrap();
    let log = desktop.folder().join("orca");
    let mut orca = desktop.command("orca");
    orca.args(["--replace", "--enable", "speech"]);
    let debug = format!("--debug-file={}", log.display());
    let _orca = Running(
        orca.arg(debug)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let speech = || fs::read_to_string(&log).unwrap_or_default();
    until("Orca to speak", || {
        speech().contains("SPEECH OUTPUT: 'Screen reader on").then_some(())
    });
    let _app = Running(desktop.eyebright(&["open", "--hidden"]).spawn().unwrap());
    let _viewer = show(&desktop, "coffee.jpg");
    // Orca misses events on a busy machine, so press the key again until it reads.
    until("Orca to read the description", || {
        desktop.sh("xdotool search --name ImageMagick windowactivate --sync");
        desktop.press(WINDOW);
        thread::sleep(4 * A_WHILE);
        let is_read =
            |line: &str| line.contains("SPEECH OUTPUT") && line.contains("read only entry A photo of a cup of coffee");
        let read = speech().lines().any(is_read);
        desktop.press("ctrl+w");
        read.then_some(())
    });
}
