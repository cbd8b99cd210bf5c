//! The catalogue of packs, and the folders of fetched ones.

use std::path::PathBuf;
use std::sync::LazyLock;

use eyebright_domain::Fault;
use eyebright_models::CATALOG;
use eyebright_models::pack::MANIFEST;
use serde::Deserialize;

/// Name of the built-in pack.
pub const GLANCE: &str = "glance";

#[derive(Deserialize)]
struct Catalog {
    pack: Vec<Listed>,
    published: Vec<Published>,
}

/// A model published by others.
#[derive(Deserialize)]
struct Published {
    name: String,
    summary: String,
    licence: String,
    /// Tasks: caption, answer, match, embed.
    can: Vec<String>,
    #[serde(flatten)]
    on_hub: OnHub,
}

/// Location of a model on the Hugging Face hub.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct OnHub {
    pub(super) repository: String,
    pub(super) revision: String,
    pub(super) files: Vec<String>,
    megabytes: u64,
}

impl From<Published> for Listed {
    fn from(model: Published) -> Self {
        let Published {
            name,
            summary,
            licence,
            can,
            on_hub,
        } = model;
        Self {
            name,
            summary,
            licence,
            built_in: false,
            can,
            files: Vec::new(),
            on_hub: Some(on_hub),
        }
    }
}

/// A pack of `models/catalog.toml`.
#[derive(Debug, Clone, Deserialize)]
pub struct Listed {
    /// Name, as used on the command line.
    pub name: String,
    /// Title for people.
    pub summary: String,
    /// Licence of its weights.
    pub licence: String,
    /// True if it is part of the program.
    pub built_in: bool,
    /// Tasks of a published model: caption, answer, match, embed. Empty for other packs.
    #[serde(skip)]
    can: Vec<String>,
    #[serde(rename = "file")]
    pub(super) files: Vec<ListedFile>,
    /// None for packs from a package registry. For packs on the hub, the files' hashes are not known before the fetch.
    #[serde(skip)]
    pub(super) on_hub: Option<OnHub>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ListedFile {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    /// The registry package that contains the file, and the path inside it.
    pub(super) wheel: Option<Wheel>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Wheel {
    pub(super) package: String,
    pub(super) version: String,
    pub(super) path: String,
}

impl Listed {
    /// Approximate size on disk, in bytes.
    pub fn bytes(&self) -> u64 {
        let hub = self.on_hub.as_ref().map_or(0, |hub| hub.megabytes * 1_000_000);
        self.files.iter().map(|file| file.bytes).sum::<u64>() + hub
    }

    /// True if it comes from the Hugging Face hub rather than from a package registry.
    pub fn is_on_hub(&self) -> bool {
        self.on_hub.is_some()
    }

    /// True if it can describe pictures or answer questions about them.
    pub fn describes(&self) -> bool {
        self.built_in || self.can.iter().any(|task| task == "caption" || task == "answer")
    }

    /// Folder of the fetched pack. None if it was not fetched.
    pub fn folder(&self) -> Option<PathBuf> {
        Some(home()?.join(&self.name)).filter(|folder| folder.join(MANIFEST).is_file())
    }
}

/// All packs of the catalogue.
pub fn catalog() -> &'static [Listed] {
    // Parsed once, because every description looks packs up. A test checks that it parses.
    static PACKS: LazyLock<Vec<Listed>> =
        LazyLock::new(|| toml::from_str::<Catalog>(CATALOG).map_or_else(|_| Vec::new(), all));
    &PACKS
}

fn all(catalog: Catalog) -> Vec<Listed> {
    let published = catalog.published.into_iter().map(Listed::from);
    catalog.pack.into_iter().chain(published).collect()
}

/// Looks a pack up by name.
pub fn listed(name: &str) -> Option<&'static Listed> {
    catalog().iter().find(|pack| pack.name == name)
}

/// Looks a pack up by name. Fails with `no_pack` if the catalogue does not have it.
pub fn known(name: &str) -> Result<&'static Listed, Fault> {
    listed(name).ok_or_else(|| {
        let message = format!("There is no pack {name}. The command eyebright packs list names them all.");
        Fault::new("no_pack", message)
    })
}

/// True if a pack was fetched.
pub fn is_here(name: &str) -> bool {
    listed(name).is_some_and(|pack| pack.folder().is_some())
}

/// Deletes a fetched pack.
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

/// The folder of all fetched packs. The variable `EYEBRIGHT_PACKS` overrides it.
pub(super) fn home() -> Option<PathBuf> {
    std::env::var_os("EYEBRIGHT_PACKS")
        .map(PathBuf::from)
        .or_else(|| Some(dirs::data_dir()?.join("eyebright").join("packs")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_packs_that_write_captions_or_answers_are_models_to_choose() {
        let describing = |name: &str| listed(name).is_some_and(Listed::describes);
        assert!(
            ["glance", "blip-base", "blip-vqa", "blip2-flan-t5-xl"]
                .into_iter()
                .all(describing)
        );
        assert!(!["reader", "ears", "care", "blip2-itm"].into_iter().any(describing));
    }

    #[test]
    fn every_pack_that_is_not_built_in_can_be_fetched() {
        let catalog = catalog();
        assert!(catalog.iter().any(|pack| pack.built_in) && catalog.iter().any(|pack| !pack.built_in));
        for pack in catalog {
            assert!(!pack.licence.is_empty() && !pack.summary.is_empty() && pack.bytes() > 0);
            assert!(pack.is_on_hub() || !pack.files.is_empty());
            for file in &pack.files {
                assert_eq!(file.sha256.len(), 64);
                assert_eq!(file.wheel.is_none(), pack.built_in, "{}", file.name);
            }
        }
    }
}
