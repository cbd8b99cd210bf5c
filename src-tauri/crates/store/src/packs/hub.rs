//! Fetches models from the Hugging Face hub at a pinned revision, with the hub's own program `hf`.
//!
//! The catalogue has no hashes for these files. The hub states the hash of every large file and `hf` stores it: the
//! first fetch compares each file with that, and writes the hashes it computed into the manifest for later checks.

use std::fs;
use std::path::Path;
use std::process::Command;

use eyebright_domain::Fault;
use eyebright_models::pack::FileEntry;
use eyebright_models::pack::sha256_of;

use super::catalogue::{Listed, OnHub};
use super::client::{damaged, download, works};

const CLIENT: &str = "hf";

/// Fetches all files of a model into a folder. Returns their manifest entries.
pub fn fetch(pack: &Listed, model: &OnHub, into: &Path) -> Result<Vec<FileEntry>, Fault> {
    if !works(&[CLIENT]) {
        let message = "Published models are fetched by the hub's own program hf, which is not here. Install it with: pipx install \
            huggingface_hub. Then try again.";
        return Err(Fault::new("no_hub_client", message));
    }
    let mut client = Command::new(CLIENT);
    client
        .args(["download", &model.repository])
        .args(&model.files)
        .args(["--revision", &model.revision, "--local-dir"])
        .arg(into)
        // No usage reports to the hub.
        .env("HF_HUB_DISABLE_TELEMETRY", "1");
    download(&mut client, &model.repository)?;
    let entry = |file: &String| entry(into, file).ok_or_else(|| damaged(pack, file));
    let entries = model.files.iter().map(entry).collect::<Result<_, _>>()?;
    let notes = into.join(".cache");
    fs::remove_dir_all(&notes).map_err(|error| Fault::unwritable(&notes, &error))?;
    Ok(entries)
}

/// Manifest entry of a downloaded file. None if its hash differs from the one that the hub states.
fn entry(folder: &Path, file: &str) -> Option<FileEntry> {
    let path = folder.join(file);
    let sha256 = sha256_of(&path)?;
    // Three lines: commit, ETag, time. The ETag is the SHA-256 of a large file, but a git hash for a small one.
    let notes = folder.join(format!(".cache/huggingface/download/{file}.metadata"));
    let notes = fs::read_to_string(notes).ok()?;
    let tag = notes.lines().nth(1)?;
    let is_it = tag.len() != sha256.len() || tag.eq_ignore_ascii_case(&sha256);
    is_it.then_some(FileEntry {
        name: file.to_owned(),
        bytes: fs::metadata(&path).ok()?.len(),
        sha256,
    })
}
