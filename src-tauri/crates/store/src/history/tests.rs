//! Tests of the history on disk: adding, searching, removing, damage.

use std::fs;
use std::path::Path;
use std::thread;

use eyebright_domain::Words;

use super::*;

const MANY: Limits = Limits {
    entries: 100_000,
    megabytes: 1000,
};

fn entry(id: u64, first: &str) -> Entry {
    Entry {
        id,
        time: 1_700_000_000 + id as i64,
        name: format!("picture {id}"),
        path: Some(format!("/pictures/{id}.jpg").into()),
        words: Words {
            first: first.to_owned(),
            sure: true,
            more: vec!["At the left: a fence.".to_owned()],
            everything: vec!["Text: NO ENTRY.".to_owned()],
            ..Words::default()
        },
        said: vec![first.to_owned()],
        jpeg: vec![id as u8; 1000],
    }
}

fn vector(model: &str, numbers: [f32; 2]) -> Vector {
    Vector {
        model: model.to_owned(),
        numbers: numbers.to_vec(),
    }
}

fn trace(model: &str, numbers: [f32; 2]) -> Trace {
    Trace {
        vector: vector(model, numbers),
        memory: vec![3; 99],
    }
}

fn open(folder: &Path) -> Store {
    let opened = Store::open(&folder.join("deep").join("history.sqlite")).unwrap();
    assert_eq!(opened.aside, None);
    opened.store
}

fn ids(hits: &[Hit]) -> Vec<u64> {
    let mut hits = hits.to_vec();
    hits.sort_by(|a, b| b.text.total_cmp(&a.text));
    hits.iter().map(|hit| hit.id).collect()
}

/// True if a file below the folder contains this text.
fn is_on_disk(folder: &Path, needle: &str) -> bool {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    files.filter(|file| file.file_type().is_file()).any(|file| {
        let bytes = fs::read(file.path()).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}

#[test]
fn what_is_kept_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    store.keep(&entry(7, "A dog runs on a beach."), MANY).unwrap();
    store
        .extend(7, &["What colour?".to_owned(), "Brown.".to_owned()])
        .unwrap();
    store.extend(8, &["Nobody.".to_owned()]).unwrap();
    drop(store);
    let store = open(folder.path());
    let mut wanted = entry(7, "A dog runs on a beach.");
    wanted.said.extend(["What colour?".to_owned(), "Brown.".to_owned()]);
    assert_eq!(store.get(7).unwrap(), Some(wanted));
    assert_eq!(store.get(8).unwrap(), None);
    assert_eq!(ids(&store.search("brown", None, 9).unwrap()), [7]);
}

#[test]
fn words_are_found_in_any_form_and_rare_ones_count_for_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    for (id, first) in [
        (1, "A dog on a beach."),
        (2, "A dog on a sofa."),
        (3, "A cat on the sofa."),
        (4, "Zwei Hündinnen."),
    ] {
        store.keep(&entry(id, first), MANY).unwrap();
    }
    let found = |words: &str| ids(&store.search(words, None, 9).unwrap());
    assert_eq!(found("the dogs on the beach")[0], 1);
    assert_eq!(found("SOFA cat")[0], 3);
    assert_eq!(found("hundinnen"), [4], "marks on letters may be left out");
    assert_eq!(found("picture 2")[0], 2, "names count");
    assert_eq!(found("no entry").len(), 4, "text in pictures counts");
    for odd in [
        "",
        "  ",
        "\"",
        "AND OR NOT",
        "a* NEAR(b)",
        "zebra",
        "said:x",
        "'; DROP TABLE entry; --",
    ] {
        let hits = store.search(odd, None, 9).unwrap();
        assert!(hits.iter().all(|hit| hit.text < 0.9), "{odd}: {hits:?}");
    }
    let hits = store.search("dog beach", None, 9).unwrap();
    let share = |id: u64| hits.iter().find(|hit| hit.id == id).unwrap().text;
    assert!((share(1) - 1.0).abs() < 1e-6 && share(2) < 0.5, "{hits:?}");
    assert_eq!(store.search("a", None, 2).unwrap().len(), 2);
}

#[test]
fn pictures_are_found_by_a_vector_of_their_own_model() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    for (id, numbers) in [(1, [1.0, 0.0]), (2, [0.6, 0.8]), (3, [0.0, 1.0])] {
        store.keep(&entry(id, "Nothing."), MANY).unwrap();
        store.place(id, &trace("m", numbers)).unwrap();
    }
    store.place(9, &trace("m", [1.0, 0.0])).unwrap();
    let hits = store.search("", Some(&vector("m", [0.0, 1.0])), 2).unwrap();
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [2, 3]);
    assert!(
        (hits[0].near - 0.8).abs() < 1e-3 && (hits[1].near - 1.0).abs() < 1e-3,
        "{hits:?}"
    );
    assert_eq!(store.search("", Some(&vector("other", [0.0, 1.0])), 2).unwrap(), []);
}

#[test]
fn what_models_remember_comes_and_goes_with_the_entry() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    for id in 1..=4 {
        store.keep(&entry(id, "Nothing."), MANY).unwrap();
    }
    let bare = Entry {
        jpeg: Vec::new(),
        ..entry(5, "Nothing.")
    };
    store.keep(&bare, MANY).unwrap();
    store.place(3, &trace("m", [0.6, 0.8])).unwrap();
    assert_eq!(store.memory(3, "m").unwrap(), Some(vec![3; 99]));
    assert_eq!(
        (store.memory(3, "n").unwrap(), store.memory(1, "m").unwrap()),
        (None, None)
    );
    let unplaced = |store: &Store, before, model| store.unplaced(before, model).unwrap().map(|(id, _)| id);
    assert_eq!(unplaced(&store, u64::MAX, "m"), Some(4), "newest first, with a picture");
    assert_eq!(unplaced(&store, 4, "m"), Some(2));
    assert_eq!(unplaced(&store, 4, "n"), Some(3), "another model knows nothing of it");
    assert_eq!(unplaced(&store, 1, "m"), None);
    store.place(3, &trace("n", [1.0, 0.0])).unwrap();
    assert_eq!(store.memory(3, "m").unwrap(), None, "the newer model's takes its place");
    store.forget(3).unwrap();
    assert_eq!(store.memory(3, "n").unwrap(), None);
}

/// Version 1 of the schema had no table for image memories.
#[test]
fn an_older_history_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    store.keep(&entry(1, "A dog runs on a beach."), MANY).unwrap();
    store
        .connection
        .execute_batch("DROP TABLE memory; DROP INDEX number")
        .unwrap();
    store.connection.pragma_update(None, "user_version", 1).unwrap();
    drop(store);
    let mut store = open(folder.path());
    assert_eq!(store.get(1).unwrap(), Some(entry(1, "A dog runs on a beach.")));
    assert_eq!(store.unplaced(u64::MAX, "m").unwrap().unwrap().0, 1);
    store.place(1, &trace("m", [1.0, 0.0])).unwrap();
    assert!(store.memory(1, "m").unwrap().is_some());
}

#[test]
fn the_oldest_go_where_there_are_too_many_or_too_much() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let few = Limits { entries: 3, ..MANY };
    (1..=5).for_each(|id| store.keep(&entry(id, "A dog."), few).unwrap());
    assert_eq!(store.count().unwrap(), 3);
    assert!(store.get(2).unwrap().is_none() && store.get(3).unwrap().is_some());
    assert_eq!(ids(&store.search("dog", None, 9).unwrap()).len(), 3);

    let small = Limits { megabytes: 1, ..MANY };
    for id in 10..60 {
        let jpeg = vec![1; 60_000];
        store
            .keep(
                &Entry {
                    jpeg,
                    ..entry(id, "A cat.")
                },
                small,
            )
            .unwrap();
    }
    let file = fs::metadata(folder.path().join("deep/history.sqlite")).unwrap().len();
    assert!((300_000..2_500_000).contains(&file), "{file} bytes");
    assert!(store.get(59).unwrap().is_some() && store.get(10).unwrap().is_none());
    let huge = vec![1; 3_000_000];
    store
        .keep(
            &Entry {
                jpeg: huge,
                ..entry(99, "Large.")
            },
            small,
        )
        .unwrap();
    assert_eq!(store.count().unwrap(), 1, "the newest one stays");
}

#[test]
fn what_is_removed_is_nowhere_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    for id in 1..40 {
        let secret = if id % 2 == 0 { "kumquat" } else { "gooseberry" };
        let jpeg = secret.repeat(2000).into_bytes();
        store
            .keep(
                &Entry {
                    jpeg,
                    ..entry(id, &format!("A {secret} {id}."))
                },
                MANY,
            )
            .unwrap();
    }
    assert!(is_on_disk(folder.path(), "kumquat"));
    (2..40).step_by(2).for_each(|id| store.forget(id).unwrap());
    assert!(!is_on_disk(folder.path(), "kumquat"));
    assert!(is_on_disk(folder.path(), "gooseberry"));
    assert!(store.search("kumquat", None, 9).unwrap().is_empty());
    store.clear().unwrap();
    assert!(!is_on_disk(folder.path(), "gooseberr"));
    assert_eq!(store.count().unwrap(), 0);
    store.keep(&entry(50, "A dog."), MANY).unwrap();
}

#[test]
fn several_use_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    thread::scope(|scope| {
        for worker in 0..4 {
            let folder = folder.path();
            scope.spawn(move || {
                let mut store = open(folder);
                for id in 0..25 {
                    store.keep(&entry(worker * 1000 + id, "A dog."), MANY).unwrap();
                    store.search("dog", None, 5).unwrap();
                }
                store.forget(worker * 1000).unwrap();
            });
        }
    });
    assert_eq!(open(folder.path()).count().unwrap(), 96);
}

#[test]
fn a_damaged_file_is_kept_aside_and_a_newer_one_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    fs::write(&path, "this is no database, but it may be dear to somebody").unwrap();
    assert!(matches!(Store::existing(&path), Err(HistoryError::Damaged)));
    let opened = Store::open(&path).unwrap();
    assert_eq!(opened.aside.as_deref(), Some("history.sqlite.bak"));
    assert!(
        fs::read_to_string(folder.path().join("history.sqlite.bak"))
            .unwrap()
            .starts_with("this is no")
    );
    let mut store = opened.store;
    (1..200).for_each(|id| store.keep(&entry(id, "A dog."), MANY).unwrap());
    drop(store);

    // Overwrite the tables with zeros, but not the header.
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..40_000].fill(0);
    fs::write(&path, bytes).unwrap();
    let opened = Store::open(&path).unwrap();
    assert_eq!(opened.aside.as_deref(), Some("history.sqlite.bak2"));
    opened.store.connection.pragma_update(None, "user_version", 99).unwrap();
    drop(opened);
    assert!(matches!(Store::open(&path), Err(HistoryError::Newer)));
    assert!(matches!(Store::existing(&folder.path().join("gone")), Ok(None)));
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    store.keep(&entry(1, "A dog."), MANY).unwrap();
    for file in fs::read_dir(folder.path().join("deep")).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}

#[test]
fn an_export_holds_everything() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    store.keep(&entry(1, "A dog."), MANY).unwrap();
    let bare = Entry {
        jpeg: Vec::new(),
        path: None,
        ..entry(2, "A cat.")
    };
    store.keep(&bare, MANY).unwrap();
    let out = folder.path().join("out");
    assert_eq!(store.export(&out).unwrap(), 2);
    let lines = fs::read_to_string(out.join("history.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["first"], "A dog.");
    assert_eq!(
        (&lines[0]["file"], &lines[0]["picture"]),
        (&"/pictures/1.jpg".into(), &"1.jpg".into())
    );
    assert_eq!(fs::read(out.join("1.jpg")).unwrap(), [1; 1000]);
    assert!(lines[1]["file"].is_null() && lines[1]["picture"].is_null());
    let blocked = folder.path().join("deep/history.sqlite/x");
    assert!(store.export(&blocked).is_err());
}
