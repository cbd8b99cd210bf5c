//! The user's settings file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use eyebright_domain::Fault;
use toml_edit::{DocumentMut, Item, Table, TableLike, TomlError};

use super::read::{migrate, settings, table};
use super::values::Settings;
use crate::replace;

/// Reads and writes `settings.toml`. Only differences from the defaults are written; comments and unknown keys stay.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    /// The settings as last read or written.
    last: Settings,
}

impl Store {
    /// Reads the file. The settings returned are always valid; the faults list what was ignored.
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

    /// Writes settings, which must be valid ([`Settings::check`]). Reads the file again first and writes only the keys
    /// that have changed since, so that edits made to the file meanwhile are not lost.
    pub fn save(&mut self, settings: &Settings) -> Result<(), Fault> {
        let loaded = match load(&self.path) {
            Err(_) => replace::set_aside(&self.path).map(|_| DocumentMut::new()),
            Ok(document) => Ok(document),
        };
        let written = loaded.and_then(|mut document| {
            let fresh = document.is_empty();
            // Errors were reported when the file was opened.
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

/// Reason why a settings file cannot be used.
enum Trouble {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is not valid TOML; with the line number, if known.
    Corrupt(Option<usize>),
}

impl Trouble {
    /// Turns the trouble into a fault for the person. Renames a corrupt file first.
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

/// Parses the file. An empty document if there is no file.
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

/// Writes the settings that differ between `last` and `now` into the document.
fn update(document: &mut DocumentMut, last: &Settings, now: &Settings) {
    let (before, after, default) = (table(last), table(now), table(&Settings::default()));
    for (key, item) in after.iter().filter(|(key, _)| *key != "hotkeys") {
        if !same(item, &before[key]) {
            put(document.as_table_mut(), key, item, &default[key]);
        }
    }
    // Write all hotkeys, because a default may be off only because its keys are used for another action.
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

/// Writes a value into a table. A default value is removed instead, unless the person has put a comment on its line.
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
