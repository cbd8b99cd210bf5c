//! Runs the built `eyebright` binary as a person or script would.
//!
//! The tests look for the binary in their own profile's folder (such as `target/debug`), so it must be built first:
//! `cargo build --workspace && cargo nextest run -p eyebright-tests`, or `./dev test`. The variable `EYEBRIGHT` names another one.

// Panicking is how a test fails.
#![allow(clippy::missing_panics_doc)]

#[cfg(target_os = "linux")]
pub mod desktop;
pub mod ears;
pub mod gallery;
pub mod sound;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A command that runs the program without a terminal, with empty standard input, and with the built-in pack only.
pub fn eyebright() -> Command {
    let program = std::env::var_os("EYEBRIGHT").map_or_else(built, PathBuf::from);
    assert!(
        program.is_file(),
        "{} is not there: build it with cargo build --workspace",
        program.display()
    );
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    // Packs fetched on this machine must not influence the tests.
    command.env("EYEBRIGHT_PACKS", "/nonexistent/packs");
    command
}

/// The folder of packs that `./dev test` fetches. Panics if the named pack is not in it.
///
/// Tests that need a pack are ignored by default and stand in a module named after it, such as `with_reader`. `./dev
/// test` runs those whose packs are there.
pub fn fetched(pack: &str) -> PathBuf {
    let packs = PathBuf::from(std::env::var_os("EYEBRIGHT_TEST_PACKS").unwrap_or_default());
    assert!(
        packs.join(pack).is_dir(),
        "the folder EYEBRIGHT_TEST_PACKS has no pack {pack}; ./dev test fetches it"
    );
    packs
}

/// A command that runs the program with the packs that `./dev test` fetches.
pub fn eyebright_with(pack: &str) -> Command {
    let mut command = eyebright();
    command.env("EYEBRIGHT_PACKS", fetched(pack));
    command
}

/// Path of the built binary. If the test is `target/debug/deps/cli-0123`, it is `target/debug/eyebright`.
fn built() -> PathBuf {
    let test = std::env::current_exe().unwrap_or_default();
    let profile = test.ancestors().nth(2).unwrap_or(Path::new(""));
    profile
        .join("eyebright")
        .with_extension(std::env::consts::EXE_EXTENSION)
}

/// Path of a picture in `tests/pictures`.
pub fn picture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures").join(name)
}

/// Path of a file or folder in `models/tests/golden`, the engine's reference values.
pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../models/tests/golden")
        .join(name)
}

/// Result of a run.
#[derive(Debug)]
pub struct Run {
    /// Exit code; -1 if a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
}

impl Run {
    /// Parses standard output as one JSON object a line.
    pub fn json(&self) -> Vec<Value> {
        let line =
            |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line:?} of {self:?}"));
        self.out.lines().map(line).collect()
    }

    /// Checks that the program did not panic.
    pub fn assert_calm(&self) {
        assert!(
            !self.err.contains("panicked") && !self.err.contains("RUST_BACKTRACE"),
            "{self:?}"
        );
        assert_ne!(self.code, 101, "{self:?}");
    }
}

/// Runs `eyebright ARGUMENTS...` to its end.
pub fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    finish(eyebright().args(arguments))
}

/// Runs a prepared command to its end and checks that it did not panic.
pub fn finish(command: &mut Command) -> Run {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let run = Run::from(output);
    run.assert_calm();
    run
}

/// Writes a picture of one colour, `width` x `height` pixels, as PPM.
pub fn write_plain(path: &Path, width: usize, height: usize, colour: [u8; 3]) {
    let mut bytes = format!("P6\n{width} {height}\n255\n").into_bytes();
    bytes.extend(colour.repeat(width * height));
    std::fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
