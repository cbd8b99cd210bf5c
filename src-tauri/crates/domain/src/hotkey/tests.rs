use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
// The type that `tauri-plugin-global-shortcut` re-exports as `Shortcut`.
use global_hotkey::hotkey::HotKey as Shortcut;

use super::defaults::default_on;
use super::key::*;
use crate::action::Action;

const PLATFORMS: [Platform; 3] = [Platform::Linux, Platform::Windows, Platform::MacOs];

fn hotkey(text: &str) -> Hotkey {
    text.parse().unwrap()
}

fn code_of(text: &str, platform: Platform) -> &'static str {
    let checked = text.parse::<Hotkey>().and_then(|hotkey| hotkey.check_on(platform));
    checked.err().map_or("", |fault| fault.code)
}

#[test]
fn people_write_a_hotkey_in_many_ways() {
    for (text, canonical) in [
        ("ctrl+alt+d", "Ctrl+Alt+D"),
        ("Option + CONTROL + KeyD", "Ctrl+Alt+D"),
        ("Shift+Cmd+7", "Shift+Super+7"),
        ("win+shift+digit7", "Shift+Super+7"),
        ("strg+esc", "Ctrl+Escape"),
        ("Meta+PgDn", "Super+PageDown"),
        ("alt+,", "Alt+Comma"),
        ("ctrl+up", "Ctrl+ArrowUp"),
        ("f24", "F24"),
    ] {
        assert_eq!(hotkey(text).to_string(), canonical);
    }
}

#[test]
fn other_text_is_no_hotkey() {
    for text in [
        "", "+", "Ctrl+", "Ctrl+Alt", "D+Ctrl", "Ctrl+D+E", "Ctrl+Ä", "Ctrl+F25", "Key", "Hyper+D",
    ] {
        assert_eq!(code_of(text, Platform::HERE), "hotkey_unknown", "{text:?}");
    }
}

#[test]
fn typing_goes_on() {
    for text in ["D", "Shift+D", "Space", "Shift+ArrowUp", "PrintScreen"] {
        assert_eq!(code_of(text, Platform::HERE), "hotkey_needs_modifier", "{text}");
    }
    assert_eq!(code_of("F9", Platform::HERE), "");
    assert_eq!(code_of("Shift+F9", Platform::HERE), "");
}

#[test]
fn screen_readers_keep_theirs() {
    for text in ["CapsLock+D", "Insert+Ctrl+D", "NVDA+D", "Ctrl+Insert"] {
        for platform in PLATFORMS {
            assert_eq!(code_of(text, platform), "hotkey_screen_reader", "{text}");
        }
    }
    assert_eq!(code_of("Ctrl+Option+D", Platform::MacOs), "hotkey_screen_reader");
    assert_eq!(code_of("Ctrl+Option+Shift+F2", Platform::MacOs), "hotkey_screen_reader");
    assert_eq!(code_of("Ctrl+Alt+Left", Platform::Windows), "hotkey_screen_reader");
    assert_eq!(code_of("Super+Alt+S", Platform::Linux), "hotkey_screen_reader");
    assert_eq!(code_of("Ctrl+Alt+D", Platform::Linux), "");
    assert_eq!(code_of("Ctrl+Alt+D", Platform::Windows), "");
}

#[test]
fn desktops_keep_theirs() {
    for text in [
        "Alt+F4",
        "Alt+Tab",
        "Ctrl+C",
        "Ctrl+V",
        "Ctrl+X",
        "Ctrl+Z",
        "Ctrl+A",
        "Ctrl+S",
        "Win+L",
        "Ctrl+Alt+Del",
    ] {
        assert_eq!(code_of(text, Platform::Linux), "hotkey_reserved", "{text}");
        assert_eq!(code_of(text, Platform::Windows), "hotkey_reserved", "{text}");
    }
    assert_eq!(code_of("Ctrl+Alt+F2", Platform::Linux), "hotkey_reserved");
    assert_eq!(code_of("Ctrl+Alt+F2", Platform::Windows), "");
    assert_eq!(code_of("Cmd+Q", Platform::MacOs), "hotkey_reserved");
    assert_eq!(code_of("Cmd+C", Platform::MacOs), "hotkey_reserved");
    for platform in [Platform::Linux, Platform::Windows] {
        assert_eq!(code_of("Ctrl+Alt+T", platform), "");
    }
}

/// Hotkeys are compared with this list by their printed form, so an entry in another form would never be refused.
#[test]
fn reserved_hotkeys_are_written_as_they_are_printed() {
    for platform in PLATFORMS {
        for text in starters(platform).iter().chain(essentials(platform)) {
            assert_eq!(hotkey(text).to_string(), *text);
        }
    }
}

#[test]
fn defaults_are_good_and_differ() {
    for platform in PLATFORMS {
        let defaults = Action::ALL.map(|action| default_on(platform, action));
        assert_eq!(BTreeSet::from(defaults).len(), defaults.len());
        for hotkey in defaults {
            assert!(hotkey.check_on(platform).is_ok(), "{hotkey}");
            // Poles write with these; GNOME records the screen with R.
            assert!(!"ACELNOSXZR".contains(printed(hotkey.code)), "{hotkey}");
        }
    }
}

prop_compose! {
    fn any_hotkey()(held in 0_u8..16, code in select(CODES)) -> Hotkey {
        Hotkey { held, code }
    }
}

proptest! {
    #[test]
    fn what_is_printed_is_read_again(hotkey in any_hotkey()) {
        prop_assert_eq!(hotkey.to_string().parse::<Hotkey>().unwrap(), hotkey);
        prop_assert_eq!(hotkey.accelerator().parse::<Hotkey>().unwrap(), hotkey);
        prop_assert_eq!(hotkey.to_string().to_lowercase().parse::<Hotkey>().unwrap(), hotkey);
    }

    /// The library finds exactly this key and these modifiers in the accelerator.
    #[test]
    fn the_library_reads_the_accelerator(hotkey in any_hotkey()) {
        let shortcut: Shortcut = hotkey.accelerator().parse().unwrap();
        prop_assert_eq!(shortcut.into_string().parse::<Hotkey>().unwrap(), hotkey);
    }

    #[test]
    fn no_text_panics(text in ".*") {
        if let Ok(hotkey) = text.parse::<Hotkey>() {
            let _ = hotkey.check();
        }
    }
}
