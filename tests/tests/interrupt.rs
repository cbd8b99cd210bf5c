//! Runs interrupted by Ctrl-C, or stopped because the output is no longer read.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use eyebright_tests::{eyebright, picture};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(30);

/// Starts a run over far more pictures than can be done before the test interrupts it.
fn long_run() -> (Child, BufReader<impl Read>) {
    let photo: PathBuf = picture("coffee.jpg");
    let mut child = eyebright()
        .args(["describe", "--json"])
        .args(std::iter::repeat_n(&photo, 2000))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

fn interrupt(child: &Child) {
    assert!(
        Command::new("sh")
            .args(["-c", &format!("kill -INT {}", child.id())])
            .status()
            .unwrap()
            .success()
    );
}

/// Waits for a process to end. Panics after a timeout.
fn end(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    panic!("still running after {PATIENCE:?}");
}

fn errors(child: &mut Child) -> String {
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn ctrl_c_ends_with_130_and_leaves_whole_lines() {
    let (mut child, mut out) = long_run();
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    interrupt(&child);
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(end(&mut child).code(), Some(130));
    let lines: Vec<Value> = first
        .lines()
        .chain(rest.lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(rest.is_empty() || rest.ends_with('\n'));
    assert!((1..2000).contains(&lines.len()), "{}", lines.len());
    assert!(lines.iter().all(|line| line["sentence"].is_string()));
    assert!(!errors(&mut child).contains("panicked"));
}

#[test]
fn ctrl_c_ends_the_wait_for_standard_input() {
    let mut child = eyebright()
        .args(["describe", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Keep standard input open without writing to it, so that the program waits for a picture.
    let _input = child.stdin.take().unwrap();
    thread::sleep(Duration::from_millis(1500));
    interrupt(&child);
    assert_eq!(end(&mut child).code(), Some(130));
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_run_quietly() {
    let (mut child, mut out) = long_run();
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    drop(out);
    assert_eq!(end(&mut child).code(), Some(0));
    let errors = errors(&mut child);
    assert!(
        !errors.contains("panicked") && !errors.to_lowercase().contains("pipe"),
        "{errors}"
    );
}
