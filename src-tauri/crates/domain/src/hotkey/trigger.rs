//! Hotkeys in the words of the freedesktop Shortcuts Specification: modifiers in capitals, then the name of a keysym.

use super::key::{ALT, CTRL, Hotkey, SHIFT, SUPER, printed};

const MODIFIERS: [(u8, &str); 4] = [(CTRL, "CTRL"), (ALT, "ALT"), (SHIFT, "SHIFT"), (SUPER, "LOGO")];

/// Keysyms whose names differ from those of the keys. Letters become lower case; all other names are the same.
#[rustfmt::skip]
const KEYSYMS: &[(&str, &str)] = &[
    ("Space", "space"), ("Enter", "Return"), ("Backspace", "BackSpace"), ("PageUp", "Page_Up"), ("PageDown", "Page_Down"),
    ("ArrowUp", "Up"), ("ArrowDown", "Down"), ("ArrowLeft", "Left"), ("ArrowRight", "Right"), ("PrintScreen", "Print"),
    ("Comma", "comma"), ("Period", "period"), ("Slash", "slash"), ("Semicolon", "semicolon"), ("Quote", "apostrophe"),
    ("BracketLeft", "bracketleft"), ("BracketRight", "bracketright"), ("Backslash", "backslash"), ("Backquote", "grave"),
    ("Minus", "minus"), ("Equal", "equal"),
];

impl Hotkey {
    /// The hotkey in the desktop portal's syntax, such as "CTRL+ALT+SHIFT+d". A keysym is what a key writes, so unlike
    /// elsewhere the key is the one that bears the letter, wherever the layout has put it.
    pub fn trigger(self) -> String {
        let held = MODIFIERS.iter().filter(|(bit, _)| self.held & bit != 0);
        let keysym = KEYSYMS.iter().find(|(code, _)| *code == self.code);
        let keysym = keysym.map_or_else(|| self.letter_or_name(), |(_, keysym)| (*keysym).to_owned());
        held.map(|(_, name)| (*name).to_owned())
            .chain([keysym])
            .collect::<Vec<_>>()
            .join("+")
    }

    fn letter_or_name(self) -> String {
        let name = printed(self.code);
        if name.len() == 1 {
            name.to_lowercase()
        } else {
            name.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::defaults::default_hotkey;
    use super::super::key::CODES;
    use super::*;
    use crate::action::Action;

    fn trigger(text: &str) -> String {
        text.parse::<Hotkey>().unwrap().trigger()
    }

    #[test]
    fn a_trigger_is_written_as_the_specification_wants_it() {
        assert_eq!(default_hotkey(Action::Screen).trigger(), "CTRL+ALT+SHIFT+d");
        for (text, expected) in [
            ("Super+Shift+7", "SHIFT+LOGO+7"),
            ("F9", "F9"),
            ("Ctrl+F24", "CTRL+F24"),
            ("Alt+Return", "ALT+Return"),
            ("Ctrl+Space", "CTRL+space"),
            ("Ctrl+Alt+PgDn", "CTRL+ALT+Page_Down"),
            ("Ctrl+Shift+Left", "CTRL+SHIFT+Left"),
            ("Alt+'", "ALT+apostrophe"),
            ("Super+`", "LOGO+grave"),
            ("Super+Print", "LOGO+Print"),
            ("Ctrl+Esc", "CTRL+Escape"),
        ] {
            assert_eq!(trigger(text), expected, "{text}");
        }
    }

    #[test]
    fn every_key_has_a_keysym_of_its_own() {
        let keysyms: BTreeSet<String> = CODES.iter().map(|code| trigger(code)).collect();
        assert_eq!(keysyms.len(), CODES.len());
        for keysym in keysyms {
            let fits = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
            assert!(!keysym.is_empty() && keysym.chars().all(fits), "{keysym}");
            // Letters that a person would have to hold Shift for would be other keysyms.
            assert!(keysym.len() > 1 || keysym.to_lowercase() == keysym, "{keysym}");
        }
    }
}
