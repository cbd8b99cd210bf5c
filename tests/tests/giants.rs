//! Inputs that are too large, which must be refused before they are read.

#![allow(clippy::unwrap_used)]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::process::Stdio;
use std::time::{Duration, Instant};

use eyebright_tests::gallery::{Gallery, LONGEST, assert_whole, claiming_png, encoded};
use eyebright_tests::{Run, eyebright};
use image::{DynamicImage, ImageFormat};

/// Describes one input. Returns the run, and its peak memory in bytes if the system reports it.
fn watch(input: &OsStr, stdin: Stdio) -> (Run, Option<u64>) {
    let start = Instant::now();
    let mut command = eyebright();
    command.args([OsStr::new("describe"), OsStr::new("--json"), input]);
    let mut child = command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut peak = None;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(peak_memory(child.id()));
        assert!(start.elapsed() < LONGEST, "{}", input.display());
        std::thread::sleep(Duration::from_millis(2));
    }
    let run = Run::from(child.wait_with_output().unwrap());
    run.assert_calm();
    (run, peak)
}

fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024)
}

fn assert_too_large(run: &Run) {
    let records = run.json();
    assert_eq!((run.code, records.len()), (1, 1), "{run:?}");
    assert_eq!(records[0]["error"]["code"], "picture_too_large", "{run:?}");
    assert_whole(&records[0]);
}

#[test]
fn giants_are_refused_by_their_headers_without_memory() {
    let gallery = Gallery::default();
    let small = gallery.path("small.png");
    fs::write(&small, encoded(&DynamicImage::new_rgb8(64, 48), ImageFormat::Png)).unwrap();
    let (_, usual) = watch(small.as_os_str(), Stdio::null());

    let claims = gallery.path("claims.png");
    fs::write(&claims, claiming_png(60_000, 60_000)).unwrap();
    let sparse = gallery.path("sparse.jpg");
    File::create(&sparse).unwrap().set_len(5_000_000_000).unwrap();
    for giant in [claims, sparse] {
        let (run, peak) = watch(giant.as_os_str(), Stdio::null());
        assert_too_large(&run);
        if let (Some(usual), Some(peak)) = (usual, peak) {
            assert!(
                peak < usual + 30_000_000,
                "{}: {peak} bytes instead of {usual}",
                giant.display()
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn an_endless_input_is_refused() {
    let (run, _) = watch(OsStr::new("-"), File::open("/dev/zero").unwrap().into());
    assert_too_large(&run);
    let (run, _) = watch(OsStr::new("/dev/zero"), Stdio::null());
    assert_too_large(&run);
}
