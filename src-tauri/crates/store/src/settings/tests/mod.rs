mod file;
mod properties;

use std::fs;
use std::path::PathBuf;

use eyebright_domain::{Action, Detail, Fault, Hotkeys, Language, Moderation, default_hotkey};
use serde_json::json;
use tempfile::TempDir;

use super::values::*;
use super::*;

/// A temporary folder with a settings file in it.
struct Home {
    folder: TempDir,
}

impl Home {
    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn with(bytes: impl AsRef<[u8]>) -> Self {
        let home = Self::empty();
        fs::write(home.file(), bytes).unwrap();
        home
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("settings.toml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    fn open(&self) -> (Store, Settings, Vec<Fault>) {
        Store::open(self.file())
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn codes(faults: &[Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.code).collect()
}

fn hotkeys(changed: &[(Action, &str)]) -> Hotkeys {
    let mut hotkeys = serde_json::to_value(Hotkeys::default()).unwrap();
    for (action, text) in changed {
        hotkeys[serde_json::to_value(action).unwrap().as_str().unwrap()] = json!(text);
    }
    serde_json::from_value(hotkeys).unwrap()
}

#[test]
fn the_explained_defaults_are_the_defaults() {
    let explained: Settings = toml_edit::de::from_str(DEFAULTS).unwrap();
    for action in Action::ALL {
        // The file lists the hotkeys of Linux and Windows.
        let here = default_hotkey(action).to_string();
        assert_eq!(
            explained.hotkeys.get(action).replace("Alt+Shift", "Shift+Super"),
            here.replace("Alt+Shift", "Shift+Super")
        );
    }
    let settings = Settings::default();
    assert!(settings.check().is_ok());
    assert_eq!(
        settings,
        Settings {
            hotkeys: settings.hotkeys.clone(),
            ..explained
        }
    );
}

#[test]
fn check_refuses_what_cannot_be() {
    let good = Settings::default;
    let refused = [
        Settings { rate: 4.1, ..good() },
        Settings {
            rate: f32::NAN,
            ..good()
        },
        Settings { volume: -0.1, ..good() },
        Settings {
            pack: " ".to_owned(),
            ..good()
        },
        Settings {
            unload_minutes: 0,
            ..good()
        },
        Settings {
            unload_minutes: 121,
            ..good()
        },
    ];
    for settings in refused {
        assert_eq!(settings.check().unwrap_err().code, "settings_value", "{settings:?}");
    }
}

#[test]
fn check_refuses_keys_that_cannot_be_held() {
    for (keys, code) in [
        ([(Action::Ask, "Hyper")].as_slice(), "hotkey_unknown"),
        ([(Action::Ask, "K")].as_slice(), "hotkey_needs_modifier"),
        ([(Action::Ask, "Insert+K")].as_slice(), "hotkey_screen_reader"),
        ([(Action::Ask, "Ctrl+C")].as_slice(), "hotkey_reserved"),
        (
            [(Action::Ask, "ctrl+F9"), (Action::More, "Control+f9")].as_slice(),
            "hotkey_shared",
        ),
    ] {
        let settings = Settings {
            hotkeys: hotkeys(keys),
            ..Settings::default()
        };
        assert_eq!(settings.check().unwrap_err().code, code, "{settings:?}");
    }
}

#[test]
fn the_window_sees_the_agreed_shape() {
    let settings = serde_json::to_value(Settings::default()).unwrap();
    assert_eq!(settings["speech"], "own");
    assert_eq!(settings["hotkeys"].as_object().unwrap().len(), Action::ALL.len());
    // An action missing from the window's JSON has no hotkey.
    let few: Hotkeys = serde_json::from_value(json!({ "ask": "F9" })).unwrap();
    assert_eq!((few.get(Action::Ask), few.get(Action::Stop)), ("F9", ""));
}

#[cfg(feature = "typescript")]
#[test]
fn the_contract_declares_hotkeys_by_action() {
    use ts_rs::{Config, TS};

    let config = Config::default();
    assert_eq!(Hotkeys::decl(&config), "type Hotkeys = Record<Action, string>;");
    assert_eq!(SpeechBy::decl(&config), "type SpeechBy = \"own\" | \"screen_reader\";");
}

/// Actions have the same names in the settings file and in the contract.
#[test]
fn actions_are_called_alike() {
    for action in Action::ALL {
        let changed = read::table(&Settings {
            hotkeys: hotkeys(&[(action, "F9")]),
            ..Settings::default()
        });
        assert_eq!(read::settings(&changed).0.hotkeys.get(action), "F9");
    }
}
