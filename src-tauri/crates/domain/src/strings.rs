//! All words of the app that are not made by a model, in one table for each language: `strings/*.json`.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::language::Language;

const ENGLISH: &str = include_str!("../../../strings/en.json");
const GERMAN: &str = include_str!("../../../strings/de.json");

/// The words of one language.
#[derive(Debug, Clone)]
pub struct Strings {
    /// Language code, such as "en".
    pub language: &'static str,
    table: BTreeMap<String, String>,
}

impl Strings {
    /// Loads the table of a language: the system's, or English, where none is chosen.
    #[must_use]
    pub fn load(language: Language) -> Self {
        let (language, json) = match language.spoken() {
            eyebright_models::Language::German => ("de", GERMAN),
            eyebright_models::Language::English => ("en", ENGLISH),
        };
        // A test reads both tables.
        let table = serde_json::from_str(json).unwrap_or_default();
        Self { language, table }
    }

    /// The text of a key, or the key itself if it has none.
    #[must_use]
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.table.get(key).map_or(key, String::as_str)
    }

    /// The text of a key with its `{fields}` filled in.
    #[must_use]
    pub fn fill(&self, key: &str, fields: &[(&str, &str)]) -> String {
        fields.iter().fold(self.get(key).to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// The message of a fault, translated by its code; the English message if there is no translation.
    #[must_use]
    pub fn fault(&self, fault: &Fault) -> String {
        let translated = self.table.get(&format!("fault.{}", fault.code));
        translated.unwrap_or(&fault.message).clone()
    }

    /// The fault with its message translated, for the window.
    #[must_use]
    pub fn translated(&self, fault: &Fault) -> Fault {
        Fault::new(fault.code, self.fault(fault))
    }

    /// Spells a text letter by letter, with a comma after each for a pause; punctuation marks are named.
    #[must_use]
    pub fn spelled(&self, text: &str) -> String {
        let letter = |letter: char| {
            let name = self.table.get(&format!("spell.{letter}"));
            name.cloned().unwrap_or_else(|| letter.to_string())
        };
        let word = |word: &str| word.chars().map(letter).collect::<Vec<_>>().join(", ");
        text.split_whitespace().map(word).collect::<Vec<_>>().join(". ")
    }

    /// The whole table, for the window.
    #[must_use]
    pub fn table(&self) -> &BTreeMap<String, String> {
        &self.table
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn fields(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_keys_and_fields() {
        let (english, german) = (Strings::load(Language::En), Strings::load(Language::De));
        assert!(english.table.len() > 20);
        // Faults are English already.
        let keys = |strings: &Strings| -> BTreeSet<String> {
            let own = |key: &&String| !key.starts_with("fault.");
            strings.table.keys().filter(own).cloned().collect()
        };
        assert_eq!(keys(&english), keys(&german));
        for (key, text) in &english.table {
            assert_eq!(fields(text), fields(german.get(key)), "{key}");
            assert!(!text.trim().is_empty(), "{key}");
        }
    }

    #[test]
    fn a_fault_is_translated_by_its_code() {
        let fault = Fault::new("not_found", "There is no such file. Check the name.");
        assert_eq!(Strings::load(Language::En).fault(&fault), fault.message);
        assert_ne!(Strings::load(Language::De).fault(&fault), fault.message);
        let other = Fault::new("never_heard_of", "Something.");
        assert_eq!(Strings::load(Language::De).fault(&other), "Something.");
    }

    #[test]
    fn what_stands_beside_a_field_is_translated() {
        let german = Strings::load(Language::De);
        for code in [
            "hotkey_needs_modifier",
            "hotkey_reserved",
            "hotkey_screen_reader",
            "hotkey_shared",
            "hotkey_unknown",
            "no_hub_client",
            "settings_corrupt",
            "settings_unreadable",
            "settings_unwritable",
            "settings_value",
        ] {
            let fault = Fault::new(code, "In English.");
            let translated = german.translated(&fault);
            assert!(translated.code == code && translated.message != fault.message, "{code}");
            assert_eq!(Strings::load(Language::En).translated(&fault), fault);
        }
    }

    #[test]
    fn spelling_names_signs() {
        let strings = Strings::load(Language::En);
        assert_eq!(strings.spelled("A dog."), "A. d, o, g, full stop");
    }
}
