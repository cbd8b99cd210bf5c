//! `packs`, and packs in folders: whole, cut, swapped, incomplete.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use eyebright_tests::{Run, eyebright, finish, picture, run};

fn glance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/packs/glance")
}

/// A copy of the default pack that may be damaged.
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

/// Both `verify` and `describe` must refuse the pack and name the file.
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

/// A tiny published model, whose words make no sense.
fn published(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../models/tests/golden/blip")
        .join(name)
}

fn described(pack: &Path, photo: &str) -> serde_json::Value {
    let run = finish(
        eyebright()
            .args(["describe", "--json", "--pack"])
            .arg(pack)
            .arg(picture(photo)),
    );
    run.json()[0].clone()
}

#[test]
fn a_published_model_describes_and_is_never_sure() {
    let told = described(&published("caption"), "page.png");
    assert_eq!(
        (told["pack"].as_str(), told["sure"].as_bool()),
        (Some("caption"), Some(false)),
        "{told}"
    );
    let caption = told["caption"].as_str().unwrap();
    assert_eq!(told["sentence"], format!("Possibly {caption}."), "{told}");
    // What the pack's other networks are sure of is said instead of a caption that says nothing.
    let told = described(&published("caption"), "coffee.jpg");
    assert_eq!(
        (told["caption"].as_str(), told["sentence"].as_str()),
        (Some("is"), Some("A photo of a cup of coffee."))
    );
    let asked = described(&published("vqa"), "coffee.jpg");
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
        let told = described(&out, "coffee.jpg");
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
        let told = described(folder.path(), "coffee.jpg");
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
