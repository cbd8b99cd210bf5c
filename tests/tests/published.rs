//! Published models in a folder: tiny ones with random weights, in the layout of the hub.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use eyebright_tests::{Run, eyebright, finish, golden, picture};

/// Path of a tiny published model, whose words make no sense.
fn published(name: &str) -> PathBuf {
    golden("blip").join(name)
}

fn asked(pack: &Path, questions: &[&str]) -> Vec<serde_json::Value> {
    let run = finish(
        eyebright()
            .args(["ask", "--json", "--pack"])
            .arg(pack)
            .arg(picture("coffee.jpg"))
            .args(questions),
    );
    run.json()
}

fn described(pack: &Path) -> serde_json::Value {
    let run = finish(
        eyebright()
            .args(["describe", "--json", "--pack"])
            .arg(pack)
            .arg(picture("coffee.jpg")),
    );
    run.json()[0].clone()
}

#[test]
fn the_caption_of_a_published_model_is_never_said_as_sure() {
    let told = described(&published("caption"));
    assert_eq!(told["pack"], "caption", "{told}");
    let (caption, sentence) = (told["caption"].as_str().unwrap(), told["sentence"].as_str().unwrap());
    assert!(!caption.is_empty(), "{told}");
    // Words that glance's networks are sure of may be said without "possibly".
    let said = sentence.to_lowercase().split(' ').any(|word| word == caption);
    assert!(!said || sentence.contains("ossibly"), "{told}");
    assert!(!told["objects"].as_array().unwrap().is_empty(), "{told}");
    let asked = described(&published("vqa"));
    assert_eq!(asked["error"]["code"], "cannot_caption", "{asked}");
}

#[test]
fn a_published_model_is_made_smaller_and_still_describes() {
    let folder = tempfile::tempdir().unwrap();
    for to in ["q8_0", "q6_k", "q4_k"] {
        let out = folder.path().join(to);
        let convert = || {
            finish(
                eyebright()
                    .args(["packs", "convert", "--to", to])
                    .args([published("caption"), out.clone()]),
            )
        };
        let made = convert();
        assert_eq!(made.code, 0, "{made:?}");
        assert!(
            made.out.contains("MB instead of") && made.out.contains("percent"),
            "{made:?}"
        );
        let told = described(&out);
        assert!(!told["caption"].as_str().unwrap().is_empty(), "{told}");
        let again = convert();
        assert_eq!(again.code, 1, "{again:?}");
        assert!(again.err.contains(to), "{again:?}");
    }
    let own = finish(
        eyebright()
            .args(["packs", "convert", "glance", "--to", "q8_0"])
            .arg(folder.path().join("own")),
    );
    assert_eq!(own.code, 1, "{own:?}");
}

#[test]
fn a_published_model_with_the_wrong_weights_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["config.json", "preprocessor_config.json", "tokenizer.json"] {
        fs::copy(published("caption").join(file), folder.path().join(file)).unwrap();
    }
    let error = |code: &str, named: &str| {
        let told = described(folder.path());
        assert_eq!(told["error"]["code"], code, "{told}");
        assert!(told["error"]["message"].as_str().unwrap().contains(named), "{told}");
    };
    error("pack_file_missing", "model.safetensors");
    fs::copy(
        published("itm").join("model.safetensors"),
        folder.path().join("model.safetensors"),
    )
    .unwrap();
    error("pack_file_unusable", "text_decoder.bert");
    fs::write(folder.path().join("model.safetensors"), b"cut").unwrap();
    error("pack_file_unusable", "model.safetensors");
}

#[test]
fn a_published_model_answers_in_its_own_words_what_is_not_about_text() {
    let questions = ["Is there a cup?", "What does it say?", "Gibt es eine Tasse?"];
    for pack in [
        published("vqa"),
        golden("blip2").join("opt"),
        golden("blip2").join("t5"),
    ] {
        let answers = asked(&pack, &questions);
        let from: Vec<_> = answers.iter().map(|answer| answer["from"].as_str().unwrap()).collect();
        assert_eq!(from, ["model", "nothing", "things"], "{answers:?}");
        let answer = answers[0]["answer"].as_str().unwrap();
        assert!(
            answer.starts_with("Possibly ") || answer.contains("no answer"),
            "{answer}"
        );
    }
    // With a model that only captions, questions are answered from glance's findings.
    assert_eq!(asked(&published("caption"), &questions[..1])[0]["from"], "things");
}

/// A folder with a fake `hf` that "downloads" the tiny caption model and reports the hash `sha256` for each file.
fn hub(sha256: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        r#"#!/bin/sh
[ "$1" = download ] || exit 0
[ "$2" = Salesforce/blip-image-captioning-base ] || exit 1
while [ "$1" != --local-dir ]; do shift; done
mkdir -p "$2/.cache/huggingface/download"
for file in config.json model.safetensors preprocessor_config.json tokenizer.json; do
  cp "{}/$file" "$2/"
  printf 'a0ad1e4\n%s\n0\n' {sha256} >"$2/.cache/huggingface/download/$file.metadata"
done
"#,
        published("caption").display()
    );
    let program = folder.path().join("hf");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn fetch(hub: &Path, packs: &Path) -> Run {
    let path = format!("{}:{}", hub.display(), std::env::var("PATH").unwrap());
    let mut command = eyebright();
    command.env("PATH", path).env("EYEBRIGHT_PACKS", packs);
    finish(command.args(["packs", "fetch", "blip-base"]))
}

#[test]
fn a_model_on_the_hub_is_fetched_and_pinned() {
    let packs = tempfile::tempdir().unwrap();
    // The short ETag of a small file is not a SHA-256 and is not compared.
    let fetched = fetch(hub("0123456789").path(), packs.path());
    assert_eq!(fetched.code, 0, "{fetched:?}");
    let with_packs = |words: &[&str]| {
        let mut command = eyebright();
        command.env("EYEBRIGHT_PACKS", packs.path()).args(words);
        command
    };
    let verified = finish(&mut with_packs(&["packs", "verify", "blip-base"]));
    assert_eq!(verified.code, 0, "{verified:?}");
    let told = finish(with_packs(&["describe", "--json", "--pack", "blip-base"]).arg(picture("coffee.jpg")));
    assert_eq!(told.code, 0, "{told:?}");
    let folder = packs.path().join("blip-base");
    assert!(!folder.join(".cache").exists());
    // After the fetch, the hashes in the manifest are checked.
    fs::write(folder.join("config.json"), "{}").unwrap();
    let verified = finish(&mut with_packs(&["packs", "verify", "blip-base"]));
    assert_eq!(verified.code, 1, "{verified:?}");
}

#[test]
fn what_the_hub_did_not_mean_to_send_is_refused() {
    let packs = tempfile::tempdir().unwrap();
    let fetched = fetch(hub(&"a".repeat(64)).path(), packs.path());
    assert_eq!(fetched.code, 1, "{fetched:?}");
    assert!(fetched.err.contains("config.json"), "{fetched:?}");
    assert_eq!(fs::read_dir(packs.path()).unwrap().count(), 0, "nothing is left of it");
    let nothing = tempfile::tempdir().unwrap();
    let mut command = eyebright();
    command.env("PATH", nothing.path()).env("EYEBRIGHT_PACKS", packs.path());
    let fetched = finish(command.args(["packs", "fetch", "blip-base"]));
    assert!(
        fetched.code == 1 && fetched.err.contains("huggingface_hub"),
        "{fetched:?}"
    );
}
