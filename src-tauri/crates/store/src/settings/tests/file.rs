use super::*;

#[test]
fn without_a_file_the_defaults_count_and_nothing_is_told() {
    let home = Home::empty();
    let (mut store, settings, faults) = home.open();
    assert_eq!(settings, Settings::default());
    assert!(faults.is_empty());
    assert!(home.names().is_empty());
    store.save(&settings).unwrap();
    assert_eq!(home.text(), "version = 1\n");
}

#[test]
fn only_differences_are_written() {
    let home = Home::empty();
    let mut store = home.open().0;
    let mut settings = Settings {
        rate: 1.1,
        hotkeys: hotkeys(&[(Action::Ask, "F9")]),
        ..Settings::default()
    };
    store.save(&settings).unwrap();
    assert_eq!(home.text(), "version = 1\nrate = 1.1\n\n[hotkeys]\nask = \"F9\"\n");
    settings.rate = 1.0;
    store.save(&settings).unwrap();
    assert_eq!(home.text(), "version = 1\n\n[hotkeys]\nask = \"F9\"\n");
    assert_eq!(home.names(), ["settings.toml"]);
}

#[test]
fn comments_and_unknown_keys_stay() {
    let before = "# Mine.\nversion = 7\nrate = 2.0 # brisk\nsmell = \"roses\"\n\n[hotkeys]\n# Left hand.\nask = \"F9\"\nsniff = \"F8\"\n";
    let home = Home::with(before);
    let (mut store, mut settings, faults) = home.open();
    assert!(faults.is_empty(), "{faults:?}");
    settings.rate = 2.5;
    settings.hotkeys = Hotkeys::default();
    store.save(&settings).unwrap();
    let ask = format!("ask = \"{}\"", default_hotkey(Action::Ask));
    assert_eq!(home.text(), before.replace("2.0", "2.5").replace("ask = \"F9\"", &ask));
}

#[test]
fn what_is_written_by_hand_meanwhile_stays() {
    let home = Home::empty();
    let (mut store, mut settings, _) = home.open();
    store.save(&settings).unwrap();
    fs::write(home.file(), "version = 1\ndetail = \"all\"\n").unwrap();
    settings.volume = 0.5;
    store.save(&settings).unwrap();
    assert_eq!(home.text(), "version = 1\ndetail = \"all\"\nvolume = 0.5\n");
}

#[test]
fn a_damaged_file_is_kept_and_told() {
    let home = Home::empty();
    for (bytes, name, place) in [
        (&b"version = 1\nrate = = 2\n"[..], "settings.toml.bak", "line 2"),
        (b"\n\nvoice = \"\xff\"\n", "settings.toml.bak2", "line 3"),
    ] {
        fs::write(home.file(), bytes).unwrap();
        let (mut store, settings, faults) = home.open();
        assert_eq!(settings, Settings::default());
        assert_eq!(codes(&faults), ["settings_corrupt"]);
        for part in [name, place] {
            assert!(faults[0].message.contains(part), "{}", faults[0].message);
        }
        assert_eq!(fs::read(home.folder.path().join(name)).unwrap(), bytes);
        store.save(&settings).unwrap();
    }
    assert_eq!(
        home.names(),
        ["settings.toml", "settings.toml.bak", "settings.toml.bak2"]
    );
}

// A folder in place of the file stands for any file that cannot be read, even by root.

#[test]
fn what_cannot_be_read_is_kept_when_something_is_saved() {
    let home = Home::empty();
    fs::create_dir(home.file()).unwrap();
    let (mut store, settings, faults) = home.open();
    assert_eq!(codes(&faults), ["settings_unreadable"]);
    assert_eq!(home.names(), ["settings.toml"]);
    store.save(&settings).unwrap();
    assert_eq!(home.names(), ["settings.toml", "settings.toml.bak"]);
}

#[test]
fn a_place_that_takes_no_file_is_told() {
    let home = Home::empty();
    fs::write(home.folder.path().join("eyebright"), "").unwrap();
    let (mut store, settings, _) = Store::open(home.folder.path().join("eyebright/settings.toml"));
    assert_eq!(store.save(&settings).unwrap_err().code, "settings_unwritable");
}

#[test]
fn a_file_without_version_is_brought_up_to_date() {
    let home = Home::with("# No tones.\nearcon = false\nrate = 2\n");
    let (mut store, settings, faults) = home.open();
    assert!(faults.is_empty(), "{faults:?}");
    assert!(!settings.earcons);
    store.save(&settings).unwrap();
    let text = home.text();
    assert!(
        text.contains("# No tones.\nearcons = false\n") && text.contains("version = 1\n"),
        "{text}"
    );
    assert_eq!(home.open().1, settings);
}

#[test]
fn a_version_that_is_none_is_told() {
    let (_, settings, faults) = Home::with("version = \"one\"\nrate = 2.0\n").open();
    assert_eq!(codes(&faults), ["settings_value"]);
    assert_eq!(settings.rate, 2.0);
}

#[test]
fn notepads_mark_does_no_harm() {
    assert_eq!(Home::with("\u{feff}version = 1\r\nrate = 2.0\r\n").open().1.rate, 2.0);
}

#[test]
fn hotkeys_may_change_places() {
    let (one, two) = (default_hotkey(Action::Screen), default_hotkey(Action::Stop));
    let home = Home::with(format!(
        "version = 1\nhotkeys = {{ screen = \"{two}\", stop = \"{one}\" }}"
    ));
    let (_, settings, faults) = home.open();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(settings.hotkeys.get(Action::Screen), two.to_string());
}

#[test]
fn a_default_yields_to_what_was_chosen() {
    let window = default_hotkey(Action::Window);
    let (_, settings, faults) =
        Home::with(format!("version = 1\n[hotkeys]\nscreen = \"{window}\"\nwindow = 5\n")).open();
    assert_eq!(codes(&faults), ["hotkey_unknown", "hotkey_shared"]);
    assert_eq!(
        settings.hotkeys,
        hotkeys(&[(Action::Screen, &window.to_string()), (Action::Window, "")])
    );
}

#[cfg(unix)]
#[test]
fn links_and_permissions_last() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let (home, elsewhere) = (Home::empty(), Home::with("version = 1\n"));
    fs::set_permissions(elsewhere.file(), fs::Permissions::from_mode(0o640)).unwrap();
    symlink(elsewhere.file(), home.file()).unwrap();
    let (mut store, settings, _) = home.open();
    store.save(&Settings { rate: 2.0, ..settings }).unwrap();
    assert!(elsewhere.text().contains("rate"));
    assert!(fs::symlink_metadata(home.file()).unwrap().is_symlink());
    assert_eq!(
        fs::metadata(elsewhere.file()).unwrap().permissions().mode() & 0o777,
        0o640
    );

    let fresh = Home::empty();
    fresh.open().0.save(&Settings::default()).unwrap();
    assert_eq!(fs::metadata(fresh.file()).unwrap().permissions().mode() & 0o777, 0o600);
}
