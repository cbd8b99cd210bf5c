//! Speech recognition from sound files, and from the microphone of a private sound server.
//!
//! Most tests use a tiny model with random weights, which never understands a word: they test what comes before
//! recognition. The last one uses the real pack.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use eyebright_tests::{Run, ears, eyebright, fetched, finish, golden};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// "What does the sign say?", spoken by espeak-ng.
fn question() -> PathBuf {
    golden("question.wav")
}

fn listen(packs: &Path, arguments: &[&str]) -> Run {
    let mut command = eyebright();
    command.env("EYEBRIGHT_PACKS", packs).arg("listen").args(arguments);
    finish(&mut command)
}

/// Runs `eyebright listen` in the lab. `around` is a shell line in which `"$@"` is that command.
fn in_the_lab(packs: &Path, around: &str) -> (Run, Duration) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(here("lab/sound.sh"));
    command
        .arg(folder.path().join("played.wav"))
        .args(["sh", "-c", around, "sh"]);
    command.arg(eyebright().get_program()).args(["listen", "--json"]);
    command.env("EYEBRIGHT_PACKS", packs).env("QUESTION", question());
    command
        .env("SAID", folder.path().join("said"))
        .env("LAB_WITHOUT", "speech");
    let begin = Instant::now();
    (finish(&mut command), begin.elapsed())
}

/// A shell line for [`in_the_lab`] that runs `what` once the microphone is open.
fn once_open(what: &str) -> String {
    format!(
        r#""$@" 2>"$SAID" & listening=$!
        until grep -q "Speak now" "$SAID" || ! kill -0 $listening; do sleep 0.05; done
        sleep 0.3; {what}; wait $listening"#
    )
}

const ASK: &str = r#"paplay --device=micfeed "$QUESTION""#;

#[test]
fn without_the_pack_the_way_to_it_is_told() {
    let none = tempfile::tempdir().unwrap();
    for arguments in [vec![], vec![question().to_str().unwrap()]] {
        let run = listen(none.path(), &arguments);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.err.contains("eyebright packs fetch ears"), "{run:?}");
    }
}

#[test]
fn files_that_are_no_sound_are_refused() {
    let packs = ears::tiny();
    let file = packs.path().join("some.wav");
    let sound = fs::read(question()).unwrap();
    let no_channels = [&sound[..22], &[0, 0], &sound[24..]].concat();
    let cut = &sound[..sound.len() / 2];
    for (bytes, code) in [
        (&b""[..], "not_a_sound"),
        (b"RIFF", "not_a_sound"),
        (&no_channels, "not_a_sound"),
        (cut, "not_a_sound"),
    ] {
        fs::write(&file, bytes).unwrap();
        let run = listen(packs.path(), &[file.to_str().unwrap(), "--json"]);
        assert_eq!(
            (run.code, run.json()[0]["error"]["code"].as_str()),
            (1, Some(code)),
            "{run:?}"
        );
    }
    let run = listen(packs.path(), &["/nonexistent.wav", "--json"]);
    assert_eq!(
        (run.code, run.json()[0]["error"]["code"].as_str()),
        (1, Some("not_found")),
        "{run:?}"
    );
}

#[test]
fn a_damaged_pack_is_told() {
    let packs = ears::tiny();
    fs::write(packs.path().join("ears/model.safetensors"), "other").unwrap();
    let run = listen(packs.path(), &[question().to_str().unwrap(), "--json"]);
    assert_eq!(
        (run.code, run.json()[0]["error"]["code"].as_str()),
        (1, Some("pack_file_damaged")),
        "{run:?}"
    );
}

#[test]
fn silence_has_no_words() {
    let packs = ears::tiny();
    let file = packs.path().join("silence.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 44_100,
        bits_per_sample: 24,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&file, spec).unwrap();
    (0..2 * 88_200).for_each(|_| writer.write_sample(0).unwrap());
    writer.finalize().unwrap();
    let run = listen(packs.path(), &[file.to_str().unwrap()]);
    assert_eq!((run.code, &*run.out), (1, ""), "{run:?}");
    assert!(run.err.contains("Nobody spoke"), "{run:?}");
}

#[test]
fn a_muted_microphone_is_told() {
    let (run, took) = in_the_lab(ears::tiny().path(), r#""$@""#);
    assert_eq!(
        (run.code, run.json()[0]["error"]["code"].as_str()),
        (1, Some("too_quiet")),
        "{run:?}"
    );
    assert!(took > Duration::from_secs(6));
}

#[test]
fn the_end_of_a_question_is_noticed() {
    let (run, took) = in_the_lab(ears::tiny().path(), &once_open(ASK));
    let heard = &run.json()[0];
    assert!(heard["text"] == "" && heard["error"].is_null(), "{run:?}");
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn a_soft_voice_that_is_not_understood_is_told_to_be_too_quiet() {
    // At 2 % of the volume (-34 dB) it still counts as a voice. The tiny model never understands its words.
    let soft = r#"paplay --device=micfeed "$SOFT""#;
    let around = format!(
        r#"export SOFT="${{SAID%/*}}/soft.wav"; sox "$QUESTION" "$SOFT" vol 0.02; {}"#,
        once_open(soft)
    );
    let (run, _) = in_the_lab(ears::tiny().path(), &around);
    assert_eq!(run.json()[0]["error"]["code"].as_str(), Some("too_quiet"), "{run:?}");
}

#[test]
fn the_microphone_of_that_name_hears_and_one_that_is_not_there_is_told() {
    let packs = ears::tiny();
    let second = "pactl load-module module-null-sink sink_name=other >&2
        pactl load-module module-remap-source source_name=second master=other.monitor source_properties=device.description=Second >&2";
    // The default microphone would hear nothing.
    let ask = once_open(r#"paplay --device=other "$QUESTION""#);
    let (run, _) = in_the_lab(
        packs.path(),
        &format!("{second}; set -- \"$@\" --microphone Second; {ask}"),
    );
    assert!(run.json()[0]["error"].is_null(), "{run:?}");
    let (run, _) = in_the_lab(packs.path(), &format!("{second}; \"$@\" --microphone Nobody"));
    let error = &run.json()[0]["error"];
    assert_eq!(error["code"], "microphone_missing", "{run:?}");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("called Nobody") && message.contains("Second"),
        "{message}"
    );
}

#[test]
fn a_microphone_that_is_unplugged_is_told() {
    let gone = once_open("pactl unload-module module-remap-source");
    let (run, _) = in_the_lab(ears::tiny().path(), &gone);
    assert_eq!(
        run.json()[0]["error"]["code"].as_str(),
        Some("microphone_lost"),
        "the sound server goes on with another microphone: {run:?}"
    );
}

#[test]
fn a_sound_server_that_goes_away_is_told() {
    let gone = once_open("pactl exit");
    let (run, took) = in_the_lab(ears::tiny().path(), &gone);
    let code = run.json()[0]["error"]["code"].as_str().unwrap_or_default().to_owned();
    assert!(["microphone_lost", "microphone_silent"].contains(&&*code), "{run:?}");
    assert!(took < Duration::from_secs(20), "{took:?}");
}

mod with_ears {
    use super::*;

    #[test]
    #[ignore = "needs the pack ears"]
    fn a_spoken_question_becomes_its_words() {
        let packs = fetched("ears");
        let file = listen(&packs, &[question().to_str().unwrap()]);
        assert_eq!((file.code, file.out.trim()), (0, "What does the sign say?"), "{file:?}");
        let (microphone, _) = in_the_lab(&packs, &once_open(ASK));
        assert_eq!(
            microphone.json()[0]["text"],
            "What does the sign say?",
            "{microphone:?}"
        );
    }

    #[test]
    #[ignore = "needs the pack ears"]
    fn a_voice_played_backwards_has_no_words() {
        let packs = fetched("ears");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backwards.wav");
        let mut question = hound::WavReader::open(question()).unwrap();
        let mut samples: Vec<i16> = question.samples().map(Result::unwrap).collect();
        samples.reverse();
        let mut writer = hound::WavWriter::create(&file, question.spec()).unwrap();
        for sample in samples {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        let run = listen(&packs, &[file.to_str().unwrap(), "--json"]);
        assert_eq!(run.json()[0]["outcome"], "unclear", "{run:?}");
    }
}
