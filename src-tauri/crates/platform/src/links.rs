//! Turns the lists of files that clipboards and drops carry into paths on this machine.
//!
//! File managers write them in three ways: `text/uri-list` (a link a line, `#` before a comment),
//! `x-special/gnome-copied-files` (the same with `copy` or `cut` in the first line; Thunar, `PCManFM`, Nemo and Caja write it
//! too) and, from Nautilus, that once more as plain text under a line that names the format.

use std::path::{Path, PathBuf};

use url::Url;

/// Lines that say whether the files were copied or cut. A file manager would move them; here they are only read.
const MARKERS: [&str; 4] = [
    "copy",
    "cut",
    "x-special/nautilus-clipboard",
    "x-special/gnome-copied-files",
];

/// The files on this machine that a list of links names, in its order. Links to other machines are left out.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "other systems hand out paths"))]
pub fn files_of_list(list: &str) -> Vec<PathBuf> {
    lines(list).filter_map(local_file).collect()
}

/// The files that a text names if it names nothing else: existing ones by their full path, or `file:` links, one a line.
pub fn files_of_text(text: &str) -> Option<Vec<PathBuf>> {
    let files: Option<Vec<PathBuf>> = lines(text)
        .map(|line| local_file(line).or_else(|| existing_file(line)))
        .collect();
    files.filter(|files| !files.is_empty())
}

/// The lines that are neither blank, comments nor markers. Some programs end their list with a NUL.
fn lines(list: &str) -> impl Iterator<Item = &str> {
    list.lines()
        .map(|line| line.trim_matches(|character: char| character.is_whitespace() || character == '\0'))
        .filter(|line| !line.is_empty() && !line.starts_with('#') && !MARKERS.contains(line))
}

/// The path of a link: `file:///path`, `file:/path` or `file://localhost/path`, percent-encoded or not.
fn local_file(link: &str) -> Option<PathBuf> {
    let scheme = link.get(.."file:/".len())?;
    if !scheme.eq_ignore_ascii_case("file:/") {
        return None;
    }
    Url::parse(link).ok()?.to_file_path().ok()
}

/// The path that a line holds, if it is a full one and exists. A shell or Windows' "Copy as path" may have put it in
/// quotation marks.
fn existing_file(line: &str) -> Option<PathBuf> {
    let unquoted = ['"', '\'']
        .iter()
        .find_map(|&mark| line.strip_prefix(mark)?.strip_suffix(mark))
        .unwrap_or(line);
    let path = Path::new(unquoted);
    (path.is_absolute() && path.exists()).then(|| path.to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn a_uri_list_gives_decoded_paths_in_order() {
        let list =
            "# from a file manager\r\nfile:///home/anna/B%C3%A4r%20im%20Wald.jpg\r\n\r\nfile:///tmp/100%25%23.png\r\n";
        assert_eq!(
            files_of_list(list),
            paths(&["/home/anna/Bär im Wald.jpg", "/tmp/100%#.png"])
        );
    }

    #[test]
    fn sloppy_links_are_understood() {
        let list = "file:///tmp/Bär im Wald.jpg\nfile:/tmp/one.png\nFILE:///tmp/two.png\nfile:///tmp/three.png\0";
        assert_eq!(
            files_of_list(list),
            paths(&["/tmp/Bär im Wald.jpg", "/tmp/one.png", "/tmp/two.png", "/tmp/three.png"])
        );
    }

    #[test]
    fn only_this_machine_counts() {
        let list =
            "file://localhost/tmp/a.png\nfile://elsewhere/tmp/b.png\nhttps://example.org/c.png\nsftp://h/d.png\n/tmp/e";
        assert_eq!(files_of_list(list), paths(&["/tmp/a.png"]));
        assert!(files_of_list("").is_empty());
        assert!(files_of_list("https://example.org/ä").is_empty());
    }

    #[test]
    fn names_that_are_no_unicode_survive() {
        use std::os::unix::ffi::OsStrExt;
        let files = files_of_list("file:///tmp/B%E4r.jpg");
        assert_eq!(files[0].as_os_str().as_bytes(), b"/tmp/B\xe4r.jpg");
    }

    #[test]
    fn marks_of_file_managers_are_no_files() {
        let thunar = "copy\nfile:///tmp/a.png\nfile:///tmp/b.png";
        let cut = "cut\nfile:///tmp/a.png\r\nfile:///tmp/b.png\n";
        let nautilus = "x-special/nautilus-clipboard\ncopy\nfile:///tmp/a.png\nfile:///tmp/b.png\n";
        for list in [thunar, cut, nautilus] {
            assert_eq!(files_of_list(list), paths(&["/tmp/a.png", "/tmp/b.png"]));
            assert_eq!(files_of_text(list), Some(paths(&["/tmp/a.png", "/tmp/b.png"])));
        }
    }

    #[test]
    fn a_text_is_files_only_if_all_of_it_is() {
        let file = tempfile::Builder::new().prefix("ä b").tempfile().unwrap();
        let path = file.path().to_str().unwrap();
        let expected = Some(vec![file.path().to_owned()]);
        assert_eq!(files_of_text(path), expected);
        assert_eq!(files_of_text(&format!("  {path}\r\n")), expected);
        assert_eq!(files_of_text(&format!("'{path}'")), expected);
        assert_eq!(files_of_text(&format!("\"{path}\"\n")), expected);
        assert_eq!(files_of_text(&format!("See {path}")), None);
        assert_eq!(files_of_text(&format!("{path}\nand so on")), None);
        for text in ["", "\n", "copy", "hello", "/no/such/file.png", "'", "ä"] {
            assert_eq!(files_of_text(text), None, "{text}");
        }
    }
}
