//! `eyebright find`.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use eyebright_tests::{Run, eyebright, finish, picture};
use tempfile::TempDir;

const PICTURES: [&str; 6] = [
    "coffee.jpg",
    "dogs.jpg",
    "street.jpg",
    "motorcycle.jpg",
    "flower.jpg",
    "mountains.jpg",
];

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in PICTURES {
        fs::copy(picture(name), folder.path().join(name)).unwrap();
    }
    folder
}

/// Runs `eyebright find` with a temporary home, so that the person's own history is not touched.
fn find(home: &Path, arguments: &[&str]) -> Run {
    let mut command = eyebright();
    command.env("HOME", home).env("XDG_DATA_HOME", home.join("data"));
    finish(command.arg("find").args(arguments))
}

#[test]
fn a_folders_pictures_are_found_by_what_they_show() {
    let folder = folder();
    let home = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    for (words, file) in [
        ("two dogs running", "dogs.jpg"),
        ("a cup of coffee on a table", "coffee.jpg"),
        ("a motorcycle", "motorcycle.jpg"),
    ] {
        let found = find(home.path(), &[words, "--in", place, "--json"]);
        assert_eq!(found.code, 0, "{found:?}");
        let lines = found.json();
        let first = &lines[0];
        assert!(first["file"].as_str().unwrap().ends_with(file), "{words}: {lines:?}");
        assert!(first["sentence"].as_str().unwrap().ends_with('.') && first["id"].is_null());
        let scores: Vec<f64> = lines.iter().map(|line| line["score"].as_f64().unwrap()).collect();
        assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
        assert!(scores.iter().all(|score| (0.3..=1.0).contains(score)), "{scores:?}");
    }
    let told = find(home.path(), &["two", "dogs", "running", "--in", place]);
    assert!(told.out.starts_with(&format!("{place}/dogs.jpg: ")), "{told:?}");
}

#[test]
fn a_broken_picture_is_told_and_spoils_nothing() {
    let folder = folder();
    let home = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("broken.png"), b"nothing").unwrap();
    let found = find(
        home.path(),
        &["dogs", "--in", folder.path().to_str().unwrap(), "--json"],
    );
    assert_eq!(found.code, 1, "{found:?}");
    let lines = found.json();
    assert_eq!(lines[0]["error"]["code"], "not_a_picture");
    assert!(lines[1]["file"].as_str().unwrap().ends_with("dogs.jpg"), "{lines:?}");
    let none = find(home.path(), &["dogs", "--in", home.path().to_str().unwrap()]);
    assert!(none.code == 1 && none.err.contains("no pictures"), "{none:?}");
}

#[test]
fn a_history_that_is_not_there_is_not_begun() {
    let home = tempfile::tempdir().unwrap();
    let none = find(home.path(), &["dog"]);
    assert_eq!((none.code, none.out.as_str()), (0, ""), "{none:?}");
    assert!(none.err.contains("The history is empty"), "{none:?}");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    let place = home.path().join("data/eyebright");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("history.sqlite"), "no database").unwrap();
    let damaged = find(home.path(), &["dog"]);
    assert!(
        damaged.code == 1 && damaged.err.contains("The history is damaged"),
        "{damaged:?}"
    );
    assert_eq!(fs::read_to_string(place.join("history.sqlite")).unwrap(), "no database");
    assert_eq!(find(home.path(), &[]).code, 2);
}
