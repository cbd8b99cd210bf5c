//! Speech output: the speaker of a private sound server is recorded and analysed.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use eyebright_tests::sound::loudness;
use eyebright_tests::{Run, eyebright, finish, picture};

/// A run of `eyebright describe PICTURE... --speak` with its own sound server and speech server.
struct Lab {
    folder: tempfile::TempDir,
    command: Command,
}

/// Result of a run in the lab.
struct Heard {
    run: Run,
    /// Seconds of sound; silence is not counted.
    loud: f64,
    /// Seconds from the last sound to the end of the recording.
    quiet_after: f64,
    took: Duration,
}

impl Lab {
    /// `around` is a shell line in which `"$@"` is the program with its arguments.
    fn new(around: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("lab/sound.sh"));
        command
            .arg(folder.path().join("heard.wav"))
            .args(["sh", "-c", around, "sh"]);
        command
            .arg(eyebright().get_program())
            .arg("describe")
            .arg(picture("coffee.jpg"));
        command.arg("--speak").args(arguments);
        Self { folder, command }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    fn listen(mut self) -> Heard {
        let begin = Instant::now();
        let run = finish(&mut self.command);
        let took = begin.elapsed();
        let (loud, quiet_after) = loudness(&self.folder.path().join("heard.wav"));
        Heard {
            run,
            loud,
            quiet_after,
            took,
        }
    }
}

#[test]
fn the_sentence_is_heard_to_its_end() {
    let short = Lab::new(r#""$@""#, &[]).listen();
    assert_eq!(short.run.code, 0, "{:?}", short.run);
    assert!(short.run.out.trim().ends_with('.'), "{:?}", short.run);
    assert!(short.loud > 0.6, "{} s of sound", short.loud);
    // The recording goes on a little after the last word, so speech was not cut off.
    assert!(
        short.quiet_after > 0.15,
        "{} s of silence at the end",
        short.quiet_after
    );
    let long = Lab::new(r#""$@""#, &["--detail", "all"]).listen();
    assert!(
        long.loud > short.loud + 2.0,
        "{} s after {} s of sound",
        long.loud,
        short.loud
    );
}

#[test]
fn json_is_spoken_as_words_too() {
    let heard = Lab::new(r#""$@""#, &["--json"]).listen();
    let sentence = heard.run.json()[0]["sentence"].as_str().unwrap().to_owned();
    assert_eq!(heard.run.code, 0);
    // Under 0.1 s a character: the sentence was spoken, not the JSON.
    assert!(
        heard.loud > 0.6 && heard.loud < 1.0 + 0.1 * sentence.len() as f64,
        "{} s of sound",
        heard.loud
    );
}

#[test]
fn a_server_that_dies_while_speaking_is_started_again() {
    let heard = Lab::new(r#"(sleep 2; kill -9 $SPEECH_SERVER_PID) & "$@""#, &["--detail", "all"]).listen();
    assert_eq!(heard.run.code, 0, "{:?}", heard.run);
    assert!(heard.loud > 2.0, "{} s of sound", heard.loud);
}

#[test]
fn a_hanging_server_is_reported_and_the_text_still_printed() {
    let heard = Lab::new(r#"kill -STOP $SPEECH_SERVER_PID; "$@""#, &[]).listen();
    assert_eq!(heard.run.code, 1);
    assert!(heard.run.out.trim().ends_with('.'), "{:?}", heard.run);
    assert!(heard.run.err.contains("does not answer"), "{:?}", heard.run);
    assert!(heard.took < Duration::from_secs(30), "{:?}", heard.took);
}

#[test]
fn without_a_speech_server_the_person_learns_how_to_get_one() {
    let lab = Lab::new(r#""$@""#, &[])
        .with("LAB_WITHOUT", "speech")
        .with("SPEECHD_ADDRESS", "inet_socket:127.0.0.1:9");
    let heard = lab.listen();
    assert_eq!(heard.run.code, 1);
    assert!(heard.run.out.trim().ends_with('.'), "{:?}", heard.run);
    assert!(
        heard.run.err.contains("apt install speech-dispatcher"),
        "{:?}",
        heard.run
    );
    assert!(heard.loud < 0.01, "{} s of sound", heard.loud);
}

#[test]
fn without_a_sound_server_the_speech_is_given_up() {
    let heard = Lab::new(r#""$@""#, &[]).with("LAB_WITHOUT", "sound").listen();
    assert_eq!(heard.run.code, 1);
    assert!(heard.run.out.trim().ends_with('.'), "{:?}", heard.run);
    assert!(heard.run.err.contains("Check that sound works"), "{:?}", heard.run);
    assert!(heard.took < Duration::from_secs(40), "{:?}", heard.took);
}

#[test]
fn ctrl_c_silences_at_once() {
    let whole = Lab::new(r#""$@""#, &["--detail", "all"]).listen();
    let cut = Lab::new(r#"timeout --preserve-status --signal=INT 3 "$@""#, &["--detail", "all"]).listen();
    assert_eq!(cut.run.code, 130, "{:?}", cut.run);
    assert!(cut.run.out.contains('.'), "{:?}", cut.run);
    assert!(
        cut.took + Duration::from_secs(1) < whole.took,
        "{:?} and {:?}",
        cut.took,
        whole.took
    );
    assert!(cut.loud < 3.2, "{} s of sound", cut.loud);
}
