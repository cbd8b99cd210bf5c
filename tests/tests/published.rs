//! Models as others published them, in a folder: tiny ones of the hub's layout.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use eyebright_tests::{eyebright, finish, golden, picture};

/// A tiny published model, whose words make no sense.
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
    // What the networks of glance are sure of may still be said plainly.
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
    // A model for captions alone leaves questions to the evidence.
    assert_eq!(asked(&published("caption"), &questions[..1])[0]["from"], "things");
}
