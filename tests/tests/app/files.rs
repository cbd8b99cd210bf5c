//! Files opened by a second start or by drag and drop, found by a search, and saved with alt text.

use std::fs;

use crate::keys::ALT_TEXT;
use eyebright_tests::desktop::{Desktop, lab, until};
use eyebright_tests::{finish, picture};

#[test]
fn a_second_start_hands_its_files_to_the_first() {
    let desktop = Desktop::start();
    let mut app = desktop.app(&["open", "--hidden"]);
    let folder = desktop.folder().join("füße und hände");
    fs::create_dir(&folder).unwrap();
    fs::copy(picture("coffee.jpg"), folder.join("eins zwei.jpg")).unwrap();
    fs::write(folder.join("kaputt.png"), b"no picture").unwrap();
    let before = desktop.said().len();
    let second = finish(
        desktop
            .eyebright(&["open", "eins zwei.jpg", "kaputt.png"])
            .current_dir(&folder),
    );
    assert_eq!(second.code, 0, "{second:?}");
    desktop.hears(before, "1: eins zwei");
    desktop.hears(before, "coffee");
    desktop.hears(before, "2: kaputt");
    desktop.hears(before, "not a picture");

    // On desktops that give the app no hotkeys, the person can bind this command to a key.
    let before = desktop.said().len();
    let act = finish(&mut desktop.eyebright(&["do", "repeat"]));
    assert_eq!(act.code, 0, "{act:?}");
    desktop.hears(before, "not a picture");
    assert!(app.is_running());
}

#[test]
fn what_was_described_is_found_again_and_gets_its_alt_text() {
    let desktop = Desktop::start();
    let app = desktop.app(&["open", "--hidden"]);
    let file = desktop.folder().join("breakfast.jpg");
    fs::copy(picture("coffee.jpg"), &file).unwrap();
    let before = desktop.said().len();
    assert!(desktop.eyebright(&["open"]).arg(&file).status().unwrap().success());
    let sentence = desktop.hears(before, "coffee");
    let before = desktop.said().len();
    desktop.press(ALT_TEXT);
    desktop.hears(before, "alt text of breakfast");
    let bytes = fs::read(&file).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains(&format!(">{sentence}<")));

    // Search while the app runs, and after it has ended.
    let find = || finish(&mut desktop.eyebright(&["find", "a cup of coffee", "--json"]));
    until("the description to be kept", || {
        find().out.contains("breakfast").then_some(())
    });
    drop(app);
    let found = &find().json()[0];
    assert_eq!(
        (found["sentence"].as_str(), found["file"].as_str()),
        (Some(&*sentence), file.to_str())
    );
}

#[test]
fn files_are_dropped() {
    let desktop = Desktop::start();
    let _app = desktop.app(&["open"]);
    let files: Vec<_> = ["eins zwei.jpg", "größe.jpg", "three.jpg"]
        .iter()
        .map(|name| desktop.folder().join(name))
        .collect();
    for file in &files {
        fs::copy(picture("coffee.jpg"), file).unwrap();
    }
    let before = desktop.said().len();
    let drag = lab("drag.py");
    let dragged = desktop.command(drag).args(["Eyebright", "uris"]).args(&files).status();
    assert!(dragged.unwrap().success());
    for name in ["1: eins zwei", "2: größe", "3: three"] {
        desktop.hears(before, name);
    }
    let sentences = || {
        desktop
            .said()
            .iter()
            .skip(before)
            .filter(|text| text.contains("coffee"))
            .count()
    };
    until("the last one to be described", || (sentences() == 3).then_some(()));
}
