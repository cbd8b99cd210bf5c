//! The person's file of settings.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use eyebright_domain::Fault;
use toml_edit::{DocumentMut, Item, Table, TableLike, TomlError};

use super::read::{migrate, settings, table};
use super::values::Settings;
use crate::replace;

/// Reads and writes `settings.toml`. Only what differs from the defaults is written; comments and unknown keys stay.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    /// What the file said or was told last.
    last: Settings,
}

impl Store {
    /// Reads the file. Whatever is in it, the settings are good; the faults tell what does not count.
    pub fn open(path: PathBuf) -> (Self, Settings, Vec<Fault>) {
        let (last, faults) = match load(&path) {
            Ok(mut document) => {
                let version = migrate(&mut document);
                let (last, mut faults) = settings(&document);
                faults.extend(version.err());
                (last, faults)
            }
            Err(trouble) => (Settings::default(), vec![trouble.told(&path)]),
        };
        let store = Self {
            path,
            last: last.clone(),
        };
        (store, last, faults)
    }

    /// Writes settings, which must be good ([`Settings::check`]). The file is read again before, so that nothing is lost that was
    /// written into it meanwhile; only keys that have changed since the last time are touched.
    pub fn save(&mut self, settings: &Settings) -> Result<(), Fault> {
        let loaded = match load(&self.path) {
            Err(_) => replace::set_aside(&self.path).map(|_| DocumentMut::new()),
            Ok(document) => Ok(document),
        };
        let written = loaded.and_then(|mut document| {
            let fresh = document.is_empty();
            // What is wrong with it was told when it was opened.
            let _ = migrate(&mut document);
            let last = if fresh { &Settings::default() } else { &self.last };
            update(&mut document, last, settings);
            replace::file(&self.path, document.to_string().as_bytes())
        });
        written.map_err(|error| {
            let message = format!(
                "The settings cannot be saved: {error}. Check the folder of {}.",
                self.path.display()
            );
            Fault::new("settings_unwritable", message)
        })?;
        self.last = settings.clone();
        Ok(())
    }
}

/// Why a file of settings is of no use.
enum Trouble {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is not TOML; the line, where one is known.
    Corrupt(Option<usize>),
}

impl Trouble {
    /// Keeps a corrupt file out of the way, and tells.
    fn told(self, path: &Path) -> Fault {
        match self {
            Self::Unreadable(error) => {
                let path = path.display();
                let message =
                    format!("The settings cannot be read: {error}. The defaults are used. Check the file {path}.");
                Fault::new("settings_unreadable", message)
            }
            Self::Corrupt(line) => {
                let place = line.map(|line| format!(", first in line {line}")).unwrap_or_default();
                let kept = match replace::set_aside(path) {
                    Ok(kept) => format!("It is kept as {}", replace::name(&kept)),
                    Err(error) => format!("It cannot be renamed: {error}"),
                };
                let message = format!(
                    "The file of settings is damaged{place}. {kept}. The defaults are used. Mend that file, or choose anew."
                );
                Fault::new("settings_corrupt", message)
            }
        }
    }
}

/// The file as it is; empty if there is none.
fn load(path: &Path) -> Result<DocumentMut, Trouble> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(DocumentMut::new()),
        read => read.map_err(Trouble::Unreadable)?,
    };
    let line_at = |offset: usize| 1 + bytes.iter().take(offset).filter(|byte| **byte == b'\n').count();
    let text = str::from_utf8(&bytes).map_err(|error| Trouble::Corrupt(Some(line_at(error.valid_up_to()))))?;
    // Windows' Notepad may put a byte order mark before the text.
    let parsed = text.trim_start_matches('\u{feff}').parse();
    parsed.map_err(|error: TomlError| Trouble::Corrupt(error.span().map(|span| line_at(span.start))))
}

/// Brings what has changed into the file.
fn update(document: &mut DocumentMut, last: &Settings, now: &Settings) {
    let (before, after, default) = (table(last), table(now), table(&Settings::default()));
    for (key, item) in after.iter().filter(|(key, _)| *key != "hotkeys") {
        if !same(item, &before[key]) {
            put(document.as_table_mut(), key, item, &default[key]);
        }
    }
    // All or none, because a default may be off on account of another hotkey.
    if last.hotkeys == now.hotkeys {
        return;
    }
    let hotkeys = document.entry("hotkeys").or_insert_with(|| Item::Table(Table::new()));
    if !hotkeys.is_table_like() {
        *hotkeys = Item::Table(Table::new());
    }
    if let (Some(hotkeys), Some(after)) = (hotkeys.as_table_like_mut(), after["hotkeys"].as_table_like()) {
        for (action, item) in after.iter() {
            put(hotkeys, action, item, &default["hotkeys"][action]);
        }
    }
}

/// A default has no line of its own, except where the person has commented on it.
fn put(table: &mut dyn TableLike, key: &str, item: &Item, default: &Item) {
    let comment = table
        .key(key)
        .and_then(|key| key.leaf_decor().prefix()?.as_str())
        .is_some_and(|text| text.contains('#'));
    if same(item, default) && !comment {
        table.remove(key);
        return;
    }
    match (table.get_mut(key), item.as_value()) {
        (Some(Item::Value(old)), Some(new)) => {
            let decor = std::mem::take(old.decor_mut());
            *old = new.clone();
            *old.decor_mut() = decor;
        }
        (Some(old), _) => *old = item.clone(),
        (None, _) => drop(table.insert(key, item.clone())),
    }
}

fn same(one: &Item, other: &Item) -> bool {
    one.to_string() == other.to_string()
}
