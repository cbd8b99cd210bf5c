//! Reads the packages of the workspace and their Rust files. Paths are relative to the workspace and use `/`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use thiserror::Error;
use toml::{Table, Value};
use walkdir::WalkDir;

#[derive(Debug, Error)]
pub enum Error {
    #[error("cannot read {path}: {why}")]
    Unread {
        path: PathBuf,
        why: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("{file} declares `mod {name}`, and there is neither {name}.rs nor {name}/mod.rs")]
    NoModule { file: String, name: String },
}

fn unread(path: &Path, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Unread {
        path: path.to_owned(),
        why: why.into(),
    }
}

/// A package of the workspace.
pub struct Package {
    pub name: String,
    /// Folder of its `Cargo.toml`.
    pub folder: String,
    /// Its dependencies on any system, external crates included; not those for tests and build scripts.
    pub uses: BTreeSet<String>,
}

impl Package {
    pub fn sources(&self) -> String {
        format!("{}/src", self.folder)
    }

    /// The root files of its crates: `lib.rs`, `main.rs` and those in `bin`.
    pub fn roots(&self, root: &Path) -> Result<Vec<String>, Error> {
        let sources = self.sources() + "/";
        let mut files = rust_files(root, &self.sources())?;
        files.retain(|file| match file[sources.len()..].split_once('/') {
            None => file.ends_with("/lib.rs") || file.ends_with("/main.rs"),
            Some((folder, file)) => folder == "bin" && !file.contains('/'),
        });
        Ok(files)
    }
}

/// The members of the workspace at `root`.
pub fn packages(root: &Path) -> Result<Vec<Package>, Error> {
    let workspace = manifest(root, "")?;
    let members = workspace
        .get("workspace")
        .and_then(|workspace| workspace.get("members"));
    let mut packages = Vec::new();
    for member in members
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        match member.strip_suffix("/*") {
            None => packages.push(package(root, member.to_owned())?),
            Some(parent) => {
                let folders = folders(root, parent)?.into_iter();
                for folder in folders.filter(|folder| root.join(folder).join("Cargo.toml").exists()) {
                    packages.push(package(root, folder)?);
                }
            }
        }
    }
    Ok(packages)
}

fn package(root: &Path, folder: String) -> Result<Package, Error> {
    let manifest = manifest(root, &folder)?;
    let name = manifest
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(Value::as_str);
    let systems = manifest
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::values);
    let tables = manifest
        .get("dependencies")
        .into_iter()
        .chain(systems.filter_map(|system| system.get("dependencies")));
    let mut uses = BTreeSet::new();
    for (name, how) in tables.filter_map(Value::as_table).flatten() {
        let renamed = how.get("package").and_then(Value::as_str);
        uses.insert(renamed.unwrap_or(name).to_owned());
    }
    Ok(Package {
        name: name.unwrap_or(&folder).to_owned(),
        folder,
        uses,
    })
}

/// The folders directly in `folder`. Empty if it does not exist.
pub fn folders(root: &Path, folder: &str) -> Result<Vec<String>, Error> {
    list(root, folder, 1, |entry| entry.file_type().is_dir())
}

/// The Rust files in and below `folder`, without build outputs. Empty if it does not exist.
pub fn rust_files(root: &Path, folder: &str) -> Result<Vec<String>, Error> {
    list(root, folder, usize::MAX, |entry| {
        entry.path().extension().is_some_and(|end| end == "rs")
    })
}

fn list(
    root: &Path,
    folder: &str,
    depth: usize,
    wanted: impl Fn(&walkdir::DirEntry) -> bool,
) -> Result<Vec<String>, Error> {
    let top = root.join(folder);
    if !top.is_dir() {
        return Ok(Vec::new());
    }
    let passed_over = |name: &str| name.starts_with('.') || name == "target" || name == "node_modules";
    let walk = WalkDir::new(&top).min_depth(1).max_depth(depth).sort_by_file_name();
    let entries = walk
        .into_iter()
        .filter_entry(|entry| !passed_over(&entry.file_name().to_string_lossy()));
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|why| unread(&top, why))?;
        if wanted(&entry) {
            let path = entry.path().strip_prefix(root).unwrap_or(entry.path());
            found.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(found)
}

pub fn text(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|why| unread(path, why))
}

pub fn rust(path: &Path) -> Result<syn::File, Error> {
    syn::parse_file(&text(path)?).map_err(|why| unread(path, why))
}

fn manifest(root: &Path, folder: &str) -> Result<Table, Error> {
    let path = root.join(folder).join("Cargo.toml");
    text(&path)?.parse().map_err(|why: toml::de::Error| unread(&path, why))
}
