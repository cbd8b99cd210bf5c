//! From the person's file to settings: older files are brought up to date, and what is wrong spoils nothing else.

use eyebright_domain::Fault;
use toml_edit::{DocumentMut, Item, Key, value};

use super::hotkeys;
use super::values::{Settings, not_good};

/// The form of the file that this program writes.
const VERSION: i64 = STEPS.len() as i64;

/// The step at N brings a file from version N to N + 1. Version 0 is a file without the key.
const STEPS: [fn(&mut DocumentMut); 1] = [earcons_were_called_earcon];

fn earcons_were_called_earcon(document: &mut DocumentMut) {
    if document.contains_key("earcons") {
        document.remove("earcon");
    } else if let Some((old, item)) = document.remove_entry("earcon") {
        let key = Key::new("earcons").with_leaf_decor(old.leaf_decor().clone());
        document.insert_formatted(&key, item);
    }
}

/// Brings a file up to date; one of a newer program is left as it is.
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

/// The settings of a file that is up to date. Keys that nobody knows may be a newer program's.
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

/// The settings with one changed, if they are good then.
fn with(settings: &Settings, key: &str, item: &Item) -> Option<Settings> {
    let mut document = table(settings);
    document.insert(key, item.clone());
    let changed: Settings = toml_edit::de::from_document(document).ok()?;
    changed.out_of_range().is_none().then_some(changed)
}

/// Settings as TOML, every key of them.
pub(super) fn table(settings: &Settings) -> DocumentMut {
    // Texts, numbers and truth values have always a form in TOML.
    let mut document = toml_edit::ser::to_document(settings).unwrap_or_default();
    for (_, item) in document.iter_mut() {
        // 0.1 as 0.1, not as the 0.10000000149 that a double makes of it.
        if let Some(Ok(short)) = item.as_float().map(|float| (float as f32).to_string().parse::<f64>()) {
            *item = value(short);
        }
    }
    document
}
