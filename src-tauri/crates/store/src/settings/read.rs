//! Parses the settings file: migrates older versions, and replaces each invalid value by its default.

use eyebright_domain::Fault;
use toml_edit::{DocumentMut, Item, Key, value};

use super::hotkeys;
use super::values::{Settings, not_good};

/// Version of the file format that this program writes.
const VERSION: i64 = STEPS.len() as i64;

/// Migrations: `STEPS[n]` brings a file from version n to n + 1. A file without the key `version` has version 0.
const STEPS: [fn(&mut DocumentMut); 1] = [earcons_were_called_earcon];

fn earcons_were_called_earcon(document: &mut DocumentMut) {
    if document.contains_key("earcons") {
        document.remove("earcon");
    } else if let Some((old, item)) = document.remove_entry("earcon") {
        let key = Key::new("earcons").with_leaf_decor(old.leaf_decor().clone());
        document.insert_formatted(&key, item);
    }
}

/// Migrates a file to the current version. Leaves a file of a newer program as it is.
pub(super) fn migrate(document: &mut DocumentMut) -> Result<(), Fault> {
    let version = match document.get("version") {
        None => Ok(0),
        Some(item) => item
            .as_integer()
            .filter(|version| *version >= 0)
            .ok_or_else(|| not_good("version")),
    };
    let from = *version.as_ref().unwrap_or(&VERSION);
    for step in STEPS.iter().skip(usize::try_from(from).unwrap_or(usize::MAX)) {
        step(document);
    }
    if from < VERSION || version.is_err() {
        document["version"] = value(VERSION);
    }
    version.map(drop)
}

/// Reads the settings of a file of the current version. Unknown keys are ignored: a newer program may have written
/// them.
pub(super) fn settings(document: &DocumentMut) -> (Settings, Vec<Fault>) {
    let (mut settings, mut faults) = (Settings::default(), Vec::new());
    for (key, item) in document.iter() {
        if key == "hotkeys" {
            settings.hotkeys = hotkeys::read(item, &mut faults);
        } else if let Some(changed) = with(&settings, key, item) {
            settings = changed;
        } else {
            faults.push(not_good(key));
        }
    }
    (settings, faults)
}

/// The settings with one value changed. None if that value is invalid.
fn with(settings: &Settings, key: &str, item: &Item) -> Option<Settings> {
    let mut document = table(settings);
    document.insert(key, item.clone());
    let changed: Settings = toml_edit::de::from_document(document).ok()?;
    changed.out_of_range().is_none().then_some(changed)
}

/// All settings as TOML.
pub(super) fn table(settings: &Settings) -> DocumentMut {
    // Strings, numbers and booleans can always be written as TOML.
    let mut document = toml_edit::ser::to_document(settings).unwrap_or_default();
    for (_, item) in document.iter_mut() {
        // Write 0.1 as 0.1, not as 0.10000000149, which is what converting the f32 to f64 gives.
        if let Some(Ok(short)) = item.as_float().map(|float| (float as f32).to_string().parse::<f64>()) {
            *item = value(short);
        }
    }
    document
}
