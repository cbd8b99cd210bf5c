use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use toml_edit::Item;

use super::*;

/// Hotkeys that are valid on every system and not used by any default.
fn good_hotkeys() -> Vec<String> {
    let keys = (1..=12)
        .map(|number| format!("F{number}"))
        .chain("EJKPRUY1".chars().map(String::from));
    keys.map(|key| format!("Ctrl+Shift+{key}")).collect()
}

prop_compose! {
    fn any_hotkeys()(
        own in subsequence(good_hotkeys(), 9).prop_shuffle(),
        kind in prop::collection::vec(0..3, 9),
    ) -> Hotkeys {
        let mut chosen = Vec::new();
        for (action, (own, kind)) in Action::ALL.into_iter().zip(own.iter().zip(kind)) {
            match kind {
                0 => chosen.push((action, own.as_str())),
                1 => chosen.push((action, "")),
                _ => {}
            }
        }
        hotkeys(&chosen)
    }
}

prop_compose! {
    fn any_settings()(
        language in select(vec![Language::System, Language::En, Language::De]),
        detail in select(vec![Detail::One, Detail::More, Detail::All]),
        pack in ".*[a-z].*",
        moderation in select(vec![Moderation::Off, Moderation::Warn, Moderation::Describe]),
        speech in select(vec![SpeechBy::Own, SpeechBy::ScreenReader]),
        voice in ".*",
        rate in prop_oneof![Just(1.0_f32), 0.25_f32..=4.0],
        microphone in ".*",
        volume in prop_oneof![Just(1.0_f32), 0.0_f32..=1.0],
        switches in any::<[bool; 4]>(),
        history_entries in 10_u32..=100_000,
        history_megabytes in 1_u32..=10_000,
        unload_minutes in 1_u32..=120,
        hotkeys in any_hotkeys(),
    ) -> Settings {
        let [earcons, keep_history, start_hidden, autostart] = switches;
        Settings {
            language, detail, pack, moderation, speech, voice, rate, volume,
            earcons, microphone, keep_history, history_entries, history_megabytes,
            start_hidden, autostart, unload_minutes, hotkeys,
        }
    }
}

/// Keys of the settings, and some unknown ones.
const KEYS: [&str; 22] = [
    "version",
    "language",
    "detail",
    "pack",
    "moderation",
    "speech",
    "voice",
    "rate",
    "volume",
    "earcon",
    "earcons",
    "microphone",
    "autostart",
    "history_entries",
    "unload_minutes",
    "hotkeys",
    "hotkeys.screen",
    "hotkeys.window",
    "hotkeys.stop",
    "hotkeys.new",
    "rate.x",
    "unknown",
];
/// Valid, invalid and odd values.
const VALUES: [&str; 22] = [
    "0",
    "1",
    "2",
    "-1",
    "99",
    "0.5",
    "nan",
    "-inf",
    "true",
    "false",
    "''",
    "'de'",
    "'all'",
    "'screen_reader'",
    "'F9'",
    "'ctrl+shift+f9'",
    "'Ctrl+Alt+Shift+W'",
    "'Insert+D'",
    "[]",
    "{}",
    "{ screen = 'F8', new = 1 }",
    "1979-05-27",
];

/// TOML with known and unknown keys and valid, invalid and odd values.
fn odd_toml() -> impl Strategy<Value = String> {
    let line = (select(&KEYS[..]), select(&VALUES[..]))
        .prop_map(|(key, value)| format!("# {key} is mine\n{key} = {value} # so\n"));
    let tables = vec![
        "",
        "[hotkeys]\nask = 'F7'\n",
        "[hotkeys.new]\nx = 1\n",
        "[[hotkeys]]\n",
        "[rate]\nx = 1\n",
        "[later]\n",
    ];
    (prop::collection::vec(line, 0..6), select(tables)).prop_map(|(lines, table)| lines.concat() + table)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn good_settings_come_back_from_the_file(first in any_settings(), second in any_settings()) {
        let home = Home::empty();
        let mut store = home.open().0;
        for settings in [first, second] {
            prop_assert!(settings.check().is_ok());
            store.save(&settings).unwrap();
            let (_, found, faults) = home.open();
            prop_assert_eq!(&found, &settings, "{}", home.text());
            prop_assert!(faults.is_empty(), "{:?}", faults);
        }
    }

    #[test]
    fn any_bytes_give_good_settings(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (_, settings, _) = Home::with(&bytes).open();
        prop_assert!(settings.check().is_ok());
    }

    /// Whatever the file holds (wrong values, unexpected tables, newer versions), settings saved now are read at next
    /// start.
    #[test]
    fn any_file_takes_good_settings(text in odd_toml(), chosen in any_settings()) {
        let home = Home::with(&text);
        let (mut store, settings, _) = home.open();
        prop_assert!(settings.check().is_ok());
        store.save(&settings).unwrap();
        prop_assert_eq!(&home.open().1, &settings, "{}", home.text());
        store.save(&chosen).unwrap();
        prop_assert_eq!(&home.open().1, &chosen, "{}", home.text());
    }

    #[test]
    fn one_wrong_value_leaves_the_others(
        chosen in any_settings(),
        key in any::<Index>(),
        bad in select(vec!["[]", "-3", "1979-05-27"]),
    ) {
        let (mut damaged, mut expected) = (read::table(&chosen), read::table(&chosen));
        let default = read::table(&Settings::default());
        let keys: Vec<&str> = default.iter().map(|(key, _)| key).collect();
        let actions = default["hotkeys"].as_table_like().unwrap().iter().map(|(action, _)| action).collect::<Vec<_>>();
        if let Some(key) = keys.get(key.index(keys.len() + actions.len())) {
            damaged[key] = Item::Value(bad.parse().unwrap());
            expected[key] = default[key].clone();
        } else {
            let action = key.get(&actions);
            damaged["hotkeys"][action] = Item::Value(bad.parse().unwrap());
            expected["hotkeys"][action] = default["hotkeys"][action].clone();
        }
        damaged["version"] = toml_edit::value(1);
        let (_, settings, faults) = Home::with(damaged.to_string()).open();
        prop_assert_eq!(faults.len(), 1, "{:?}", faults);
        prop_assert_eq!(settings, toml_edit::de::from_document(expected).unwrap());
    }
}
