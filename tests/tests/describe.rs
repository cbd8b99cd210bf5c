//! `describe`: text and JSON output, one picture and many, valid and invalid ones.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use eyebright_tests::{Run, eyebright, picture, run, write_plain};
use serde_json::Value;

const PHOTO: &str = "coffee.jpg";

fn describe(options: &[&str], inputs: &[&Path]) -> Run {
    run(std::iter::once("describe".as_ref())
        .chain(options.iter().map(AsRef::as_ref))
        .chain(inputs.iter().map(|path| path.as_os_str())))
}

/// Removes the times from a record, for comparing records.
fn without_times(mut record: Value) -> Value {
    record.as_object_mut().unwrap().remove("ms").unwrap();
    record
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn is_share(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| (0.0..=1.0).contains(&number))
}

fn files(run: &Run) -> Vec<String> {
    run.json()
        .iter()
        .map(|record| record["file"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_photo_gets_one_sentence() {
    let run = describe(&[], &[&picture(PHOTO)]);
    assert_eq!(
        (run.code, run.out.lines().count(), run.err.as_str()),
        (0, 1, ""),
        "{run:?}"
    );
    assert!(
        run.out.starts_with(char::is_uppercase) && run.out.ends_with(".\n"),
        "{run:?}"
    );
}

#[test]
fn json_has_the_promised_fields_in_the_promised_ranges() {
    let photo = picture(PHOTO);
    let run = describe(&["--json"], &[&photo]);
    let records = run.json();
    let [record] = records.as_slice() else {
        panic!("{run:?}")
    };
    let mut promised = [
        "file",
        "kind",
        "sentence",
        "sure",
        "confidence",
        "caption",
        "tags",
        "objects",
        "text",
        "moderation",
        "pack",
        "device",
        "ms",
    ];
    promised.sort_unstable();
    let mut found = keys(record);
    found.sort_unstable();
    assert_eq!(found, promised);
    assert_eq!(record["file"], photo.to_str().unwrap());
    assert_eq!(record["kind"], "photo");
    assert_eq!(record["pack"], "glance");
    assert!(record["sure"].is_boolean() && record["sentence"].is_string() && record["caption"].is_string());
    assert!(is_share(&record["confidence"]));
    assert!(["cpu", "cuda", "metal"].contains(&record["device"].as_str().unwrap()));
    assert_tags_and_objects(record);
    assert_times(&record["ms"]);
}

fn assert_tags_and_objects(record: &Value) {
    for tag in record["tags"].as_array().unwrap() {
        assert!(tag["name"].is_string() && is_share(&tag["score"]), "{tag}");
    }
    for object in record["objects"].as_array().unwrap() {
        assert!(object["name"].is_string() && is_share(&object["score"]), "{object}");
        let corner: Vec<f64> = object["box"]
            .as_array()
            .unwrap()
            .iter()
            .map(|number| number.as_f64().unwrap())
            .collect();
        assert!(
            corner.len() == 4 && corner.iter().all(|number| (0.0..10_000.0).contains(number)),
            "{object}"
        );
    }
}

fn assert_times(ms: &Value) {
    let mut times = keys(ms);
    times.sort_unstable();
    assert_eq!(times, ["decode", "encode", "generate", "total"]);
    let sum: f64 = ["decode", "encode", "generate"]
        .iter()
        .map(|stage| ms[stage].as_f64().unwrap())
        .sum();
    assert!(sum > 0.0 && sum <= ms["total"].as_f64().unwrap() + 1.0, "{}", ms);
}

#[test]
fn the_same_picture_gets_the_same_description_alone_again_and_among_others() {
    let folder = tempfile::tempdir().unwrap();
    let (photo, plain) = (picture(PHOTO), folder.path().join("plain.ppm"));
    write_plain(&plain, 640, 480, [30, 60, 200]);
    let alone: Vec<Value> = describe(&["--json"], &[&photo])
        .json()
        .into_iter()
        .map(without_times)
        .collect();
    let again: Vec<Value> = describe(&["--json"], &[&photo])
        .json()
        .into_iter()
        .map(without_times)
        .collect();
    let among = describe(&["--json"], &[&photo, &plain, &photo, &plain, &photo]).json();
    assert_eq!(alone, again);
    for index in [0, 2, 4] {
        assert_eq!(without_times(among[index].clone()), alone[0]);
    }
}

#[test]
fn more_detail_begins_with_the_same_sentence() {
    let photo = picture(PHOTO);
    let one = describe(&[], &[&photo]).out;
    let more = describe(&["--detail", "more"], &[&photo]).out;
    let all = describe(&["--detail", "all"], &[&photo]).out;
    assert!(
        more.starts_with(&one) && all.starts_with(&more),
        "{one:?} {more:?} {all:?}"
    );
    assert!(all.len() > one.len(), "{all:?}");
}

#[test]
fn standard_input_is_a_picture_too() {
    let photo = picture(PHOTO);
    let mut child = eyebright()
        .args(["describe", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&fs::read(&photo).unwrap())
        .unwrap();
    let piped = Run::from(child.wait_with_output().unwrap()).json();
    assert_eq!(piped[0]["file"], "-");
    assert_eq!(
        piped[0]["sentence"],
        describe(&["--json"], &[&photo]).json()[0]["sentence"]
    );
}

#[test]
fn output_comes_in_the_order_of_the_input() {
    let folder = tempfile::tempdir().unwrap();
    // The first pictures are the largest, so that later ones are ready earlier.
    let paths: Vec<_> = (0..12)
        .map(|number| {
            let path = folder.path().join(format!("{number}.ppm"));
            write_plain(&path, 2400 / (number + 1), 1800 / (number + 1), [200, 20, 20]);
            path
        })
        .collect();
    let inputs: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
    let run = describe(&["--json"], &inputs);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(
        files(&run),
        paths.iter().map(|path| path.to_str().unwrap()).collect::<Vec<_>>()
    );
}

#[test]
fn a_folder_is_searched_through_in_natural_order() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("later")).unwrap();
    for name in ["10.ppm", "9.ppm", "later/1.ppm"] {
        write_plain(&folder.path().join(name), 64, 48, [0, 90, 0]);
    }
    fs::write(folder.path().join("notes.txt"), "no picture").unwrap();
    let run = describe(&["--json"], &[folder.path()]);
    assert_eq!(run.code, 0, "{run:?}");
    let expected = ["9.ppm", "10.ppm", "later/1.ppm"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    assert_eq!(files(&run), expected);
}

#[test]
fn several_pictures_are_named_before_their_sentences() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["1.ppm", "2.ppm"] {
        write_plain(&folder.path().join(name), 64, 48, [0, 90, 0]);
    }
    let run = describe(&[], &[folder.path()]);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 2, "{run:?}");
    for (line, name) in lines.iter().zip(["1.ppm", "2.ppm"]) {
        let path = folder.path().join(name);
        let sentence = line
            .strip_prefix(&format!("{}: ", path.display()))
            .unwrap_or_else(|| panic!("{line:?}"));
        assert_eq!(format!("{sentence}\n"), describe(&[], &[&path]).out);
    }
}

#[test]
fn a_bad_input_is_told_and_the_rest_still_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    write_plain(&file("first.ppm"), 64, 48, [0, 90, 0]);
    write_plain(&file("last.ppm"), 64, 48, [0, 90, 0]);
    fs::write(file("broken.png"), b"\x89PNG\r\n\x1a\nand then nothing").unwrap();
    fs::create_dir(file("empty")).unwrap();
    let inputs = ["first.ppm", "broken.png", "gone.jpg", "empty", "last.ppm"].map(file);
    let inputs: Vec<&Path> = inputs.iter().map(AsRef::as_ref).collect();

    let run = describe(&["--json"], &inputs);
    assert_eq!(run.code, 1, "{run:?}");
    let records = run.json();
    assert_eq!(records.len(), 5, "{run:?}");
    for index in [0, 4] {
        assert!(records[index]["sentence"].is_string(), "{}", records[index]);
    }
    for (index, code) in [(1, None), (2, Some("not_found")), (3, Some("no_pictures"))] {
        let failed = &records[index];
        assert_eq!(keys(failed), ["error", "file"], "{failed}");
        assert_eq!(keys(&failed["error"]), ["code", "message"], "{failed}");
        assert!(code.is_none_or(|code| failed["error"]["code"] == code), "{failed}");
        assert!(failed["error"]["message"].as_str().unwrap().ends_with('.'), "{failed}");
    }

    let run = describe(&[], &inputs);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(run.out.lines().count(), 2, "{run:?}");
    for name in ["broken.png", "gone.jpg", "empty"] {
        assert!(run.err.contains(name) && !run.out.contains(name), "{name}: {run:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_text_is_read_and_shown_as_far_as_it_can_be() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(std::ffi::OsStr::from_bytes(b"plain-\xe9.ppm"));
    write_plain(&path, 64, 48, [0, 90, 0]);
    let run = describe(&["--json"], &[&path]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.json()[0]["file"].as_str().unwrap().contains("plain-"), "{run:?}");
}

#[test]
fn an_unknown_pack_or_device_fails_for_every_input() {
    let photo = picture(PHOTO);
    let run = describe(&["--json", "--pack", "no-such-pack"], &[&photo, &photo]);
    assert_eq!((run.code, run.json().len()), (1, 2), "{run:?}");
    assert!(
        run.json().iter().all(|record| record["error"]["code"] == "no_pack"),
        "{run:?}"
    );
    let run = describe(&["--pack", "no-such-pack"], &[&photo]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    assert!(run.err.contains("no-such-pack"), "{run:?}");
}
