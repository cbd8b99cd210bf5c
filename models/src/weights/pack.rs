//! A pack is a folder of model files with a manifest, `pack.toml`; the default one, glance, lies inside the binary.

use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use memmap2::Mmap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::base::error::PackError;
use crate::base::mapped::map_all;

/// Folder packs up to this size are hashed when they are opened (about 0.1 s); larger ones only on [`Pack::verify`].
const HASH_ON_OPEN: u64 = 256 << 20;

/// `pack.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Short name, as used on the command line.
    pub name: String,
    /// One line for people.
    pub summary: String,
    /// Licence of the weights.
    pub licence: String,
    /// All files but the manifest itself.
    #[serde(rename = "file")]
    pub files: Vec<FileEntry>,
}

/// One file of a pack.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Plain name inside the folder.
    pub name: String,
    /// Length.
    pub bytes: u64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

/// An opened pack.
#[derive(Debug, Clone)]
pub struct Pack {
    manifest: Manifest,
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    Folder(PathBuf),
    Embedded(&'static [(&'static str, &'static [u8])]),
}

/// The bytes of a pack file: mapped, never copied.
#[derive(Debug)]
pub enum Bytes {
    /// Files of a folder pack.
    Mapped(Mmap),
    /// Files of the embedded pack.
    Static(&'static [u8]),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Static(bytes) => bytes,
        }
    }
}

/// The file of a pack's folder that lists the others.
pub const MANIFEST: &str = "pack.toml";

/// The numbers of a pack that scripts of `training/` fit, by section.
pub(crate) const CALIBRATION: &str = "calibration.json";

/// `catalog.toml`: every pack that there is, with the licences and sources of its files.
pub const CATALOG: &str = include_str!("../../catalog.toml");

impl Pack {
    /// The pack that always works: small, trained by `training/`, inside the binary.
    #[cfg(feature = "glance")]
    pub fn glance() -> Result<Self, PackError> {
        let manifest = parse("glance", include_str!("../../packs/glance/pack.toml"))?;
        Ok(Self {
            manifest,
            source: Source::Embedded(crate::weights::embedded::GLANCE),
        })
    }

    /// Opens the pack in a folder and checks its files (see [`HASH_ON_OPEN`]).
    pub fn open(folder: &Path) -> Result<Self, PackError> {
        let shown = folder.display().to_string();
        let text = std::fs::read_to_string(folder.join(MANIFEST)).map_err(|_| PackError::NoPack(shown.clone()))?;
        let pack = Self {
            manifest: parse(&shown, &text)?,
            source: Source::Folder(folder.to_owned()),
        };
        if pack.bytes() <= HASH_ON_OPEN {
            pack.verify()?;
        }
        Ok(pack)
    }

    /// The manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where its files lie, unless they are inside the program.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.source {
            Source::Folder(folder) => Some(folder),
            Source::Embedded(_) => None,
        }
    }

    /// Sum of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.manifest.files.iter().map(|file| file.bytes).sum()
    }

    /// The bytes of a file, of the length that the manifest states.
    pub fn file(&self, name: &str) -> Result<Bytes, PackError> {
        let missing = || PackError::Missing {
            pack: self.manifest.name.clone(),
            file: name.to_owned(),
        };
        let entry = self
            .manifest
            .files
            .iter()
            .find(|file| file.name == name)
            .ok_or_else(missing)?;
        let bytes = match &self.source {
            Source::Embedded(files) => {
                Bytes::Static(files.iter().find(|(other, _)| *other == name).ok_or_else(missing)?.1)
            }
            Source::Folder(folder) => Bytes::Mapped(map(&folder.join(name)).ok_or_else(missing)?),
        };
        if bytes.len() as u64 != entry.bytes {
            return Err(PackError::Length {
                pack: self.manifest.name.clone(),
                file: name.to_owned(),
                expected: entry.bytes,
                found: bytes.len() as u64,
            });
        }
        Ok(bytes)
    }

    /// The values under a key of a JSON file.
    pub fn section<T: DeserializeOwned>(&self, name: &str, key: &str) -> Result<T, PackError> {
        let mut file: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(&self.file(name)?).map_err(|error| self.unusable(name, error))?;
        let section = file.remove(key).unwrap_or_default();
        serde_json::from_value(section).map_err(|error| self.unusable(name, format!("{key}: {error}")))
    }

    /// Hashes every file.
    pub fn verify(&self) -> Result<(), PackError> {
        for file in &self.manifest.files {
            if sha256(&self.file(&file.name)?) != file.sha256 {
                return Err(PackError::Hash {
                    pack: self.manifest.name.clone(),
                    file: file.name.clone(),
                });
            }
        }
        Ok(())
    }

    /// The error for a file whose contents are not what the engine needs.
    pub(crate) fn unusable(&self, file: &str, reason: impl ToString) -> PackError {
        PackError::Contents {
            pack: self.manifest.name.clone(),
            file: file.to_owned(),
            reason: crate::base::text::first_line(&reason),
        }
    }
}

fn parse(pack: &str, text: &str) -> Result<Manifest, PackError> {
    let wrong = |reason: String| PackError::Manifest {
        pack: pack.to_owned(),
        reason,
    };
    let manifest: Manifest = toml::from_str(text).map_err(|error| wrong(error.message().to_owned()))?;
    // A manifest must not reach outside its folder.
    match manifest
        .files
        .iter()
        .find(|file| file.name.contains(['/', '\\']) || file.name.starts_with('.'))
    {
        Some(file) => Err(wrong(format!("{:?} is not a plain file name", file.name))),
        None => Ok(manifest),
    }
}

/// `None` where the file is absent, unreadable or empty.
fn map(path: &Path) -> Option<Mmap> {
    map_all(&File::open(path).ok()?).ok()
}

/// SHA-256 in lower-case hexadecimal, as manifests have it.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of a file, however large; None where it is absent, unreadable or empty.
#[must_use]
pub fn sha256_of(path: &Path) -> Option<String> {
    Some(sha256(&map(path)?))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, manifest: &str, contents: &[u8]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("eyebright-pack-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("pack.toml"), manifest).unwrap();
        std::fs::write(folder.join("a.bin"), contents).unwrap();
        folder
    }

    fn manifest(bytes: usize, sha256: &str) -> String {
        format!("name='tiny'\nsummary='s'\nlicence='MIT'\n[[file]]\nname='a.bin'\nbytes={bytes}\nsha256='{sha256}'\n")
    }

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_whole_pack_opens_and_gives_its_bytes() {
        let pack = Pack::open(&folder("whole", &manifest(3, ABC), b"abc")).unwrap();
        assert_eq!(&*pack.file("a.bin").unwrap(), b"abc");
        assert_eq!(pack.file("b.bin").unwrap_err().code(), "pack_file_missing");
    }

    #[test]
    fn cut_swapped_and_escaping_files_are_refused() {
        let code =
            |name, manifest: &str, contents: &[u8]| Pack::open(&folder(name, manifest, contents)).unwrap_err().code();
        assert_eq!(code("cut", &manifest(3, ABC), b"ab"), "pack_file_damaged");
        assert_eq!(code("swapped", &manifest(3, ABC), b"abd"), "pack_file_damaged");
        assert_eq!(
            code("outside", &manifest(3, ABC).replace("a.bin", "../a.bin"), b"abc"),
            "pack_manifest"
        );
        assert_eq!(code("nonsense", "name = ", b"abc"), "pack_manifest");
        assert_eq!(Pack::open(Path::new("/nonexistent")).unwrap_err().code(), "no_pack");
    }
}
