//! `eyebright describe --save-alt`.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use eyebright_tests::gallery::sentence;
use eyebright_tests::{Run, eyebright, finish, picture, run};
use tempfile::TempDir;

/// A temporary folder with the coffee photo under this name, in the format of its extension.
fn coffee(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    if path.extension().is_some_and(|extension| extension == "jpg") {
        fs::copy(picture("coffee.jpg"), &path).unwrap();
    } else {
        image::open(picture("coffee.jpg")).unwrap().save(&path).unwrap();
    }
    (folder, path)
}

fn save(path: &Path) -> Run {
    run(["describe", "--save-alt", "--json"]
        .map(Path::new)
        .into_iter()
        .chain([path]))
}

/// The bytes of a JPEG from its scan (the compressed pixels) to the end.
fn scan(jpeg: &[u8]) -> &[u8] {
    let start = jpeg.windows(2).position(|bytes| bytes == [0xff, 0xda]).unwrap();
    &jpeg[start..]
}

#[test]
fn the_sentence_is_in_the_file_and_the_pixels_are_what_they_were() {
    for name in ["a cup.jpg", "cup.png", "cup.webp"] {
        let (folder, path) = coffee(name);
        let before = fs::read(&path).unwrap();
        let saved = save(&path);
        assert_eq!(saved.code, 0, "{saved:?}");
        let after = fs::read(&path).unwrap();
        let text = format!("<rdf:li xml:lang=\"x-default\">{}</rdf:li>", sentence(&saved.json()[0]));
        assert_eq!(
            String::from_utf8_lossy(&after).matches(&text).count(),
            2,
            "{name}: {text}"
        );
        let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
        assert_eq!(pixels(&before), pixels(&after), "{name}");
        if name.ends_with("jpg") {
            assert_eq!(scan(&before), scan(&after));
        }

        let again = save(&path);
        assert_eq!(sentence(&again.json()[0]), sentence(&saved.json()[0]));
        assert_eq!(fs::read(&path).unwrap(), after, "{name}: saving again changes nothing");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left over");
    }
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = coffee("cup.jpg");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link.jpg");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert_eq!(save(&link).code, 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(String::from_utf8_lossy(&fs::read(&path).unwrap()).contains("AltTextAccessibility"));
}

#[test]
fn what_cannot_carry_it_is_told_and_left_alone() {
    let (_folder, path) = coffee("cup.bmp");
    let before = fs::read(&path).unwrap();
    let refused = save(&path);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert_eq!(refused.json()[0]["error"]["code"], "alt_text_format");
    assert_eq!(fs::read(&path).unwrap(), before);

    let mut command = eyebright();
    command
        .args(["describe", "--save-alt", "--json", "-"])
        .stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&before).unwrap();
    let piped = Run::from(child.wait_with_output().unwrap());
    assert_eq!(piped.json()[0]["error"]["code"], "no_file", "{piped:?}");
}

#[test]
fn without_the_flag_no_file_is_touched() {
    let (_folder, path) = coffee("cup.jpg");
    let before = fs::read(&path).unwrap();
    assert_eq!(finish(eyebright().arg("describe").arg(&path)).code, 0);
    assert_eq!(fs::read(&path).unwrap(), before);
}
