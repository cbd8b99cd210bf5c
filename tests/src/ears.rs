//! A tiny stand-in for the speech pack `ears`.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use crate::golden;

/// A folder of packs in which `ears` is a tiny model with random weights, which never understands a word.
#[must_use]
pub fn tiny() -> tempfile::TempDir {
    let packs = tempfile::tempdir().unwrap();
    let ears = packs.path().join("ears");
    fs::create_dir(&ears).unwrap();
    let listed = ["config.json", "tokenizer.json", "model.safetensors"].map(|name| {
        let file = ears.join(name);
        fs::copy(golden("ears").join(name), &file).unwrap();
        let sum = Command::new("sha256sum").arg(&file).output().unwrap().stdout;
        let sum = String::from_utf8(sum).unwrap();
        let bytes = fs::metadata(&file).unwrap().len();
        format!("[[file]]\nname='{name}'\nbytes={bytes}\nsha256='{}'\n", &sum[..64])
    });
    let head = "name='ears'\nsummary='tiny'\nlicence='MIT'\n";
    fs::write(ears.join("pack.toml"), head.to_owned() + &listed.concat()).unwrap();
    packs
}
