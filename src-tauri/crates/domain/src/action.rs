//! Actions: the commands that hotkeys, buttons and the tray can give.

use serde::{Deserialize, Serialize};

/// What a key, a button or the tray asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Describe the screen.
    Screen,
    /// Describe the active window.
    Window,
    /// Choose a part of the screen, then describe it.
    Region,
    /// Describe the clipboard.
    Clipboard,
    /// Ask about the current picture.
    Ask,
    /// Say the last words again.
    Repeat,
    /// Say more about the current picture.
    More,
    /// Spell the last words.
    Spell,
    /// Save the description in the picture's file, as its alt text.
    AltText,
    /// Stop speaking and cancel the work under way.
    Stop,
}

/// One row of the table of actions. The label that people see is `ui.action.NAME` of the strings.
struct Row {
    action: Action,
    name: &'static str,
    /// Key of the default hotkey, as a `KeyboardEvent.code` such as "`KeyD`".
    code: &'static str,
    about: &'static str,
    in_tray: bool,
}

const fn row(action: Action, name: &'static str, code: &'static str, about: &'static str, in_tray: bool) -> Row {
    Row {
        action,
        name,
        code,
        about,
        in_tray,
    }
}

/// All actions, in display order. The default keys are mnemonics: describe, window, frame, V as in pasting, question,
/// again, more, "buchstabieren" (spell), text (the A of "alt text" is a Polish letter) and hush.
const TABLE: [Row; 10] = [
    row(Action::Screen, "screen", "KeyD", "Describe the screen", true),
    row(Action::Window, "window", "KeyW", "Describe the active window", true),
    row(
        Action::Region,
        "region",
        "KeyF",
        "Choose a part of the screen, then describe it",
        false,
    ),
    row(Action::Clipboard, "clipboard", "KeyV", "Describe what was copied", true),
    row(Action::Ask, "ask", "KeyQ", "Ask about the current picture", false),
    row(Action::Repeat, "repeat", "KeyG", "Say the last words again", false),
    row(
        Action::More,
        "more",
        "KeyM",
        "Say more about the current picture",
        false,
    ),
    row(Action::Spell, "spell", "KeyB", "Spell the last words", false),
    row(
        Action::AltText,
        "alt_text",
        "KeyT",
        "Save the description in the picture's file, as its alt text",
        false,
    ),
    row(
        Action::Stop,
        "stop",
        "KeyH",
        "Fall silent, give up what is under way",
        true,
    ),
];

impl Action {
    /// All actions, in display order.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::Screen; TABLE.len()];
        let mut number = 0;
        while number < TABLE.len() {
            all[number] = TABLE[number].action;
            number += 1;
        }
        all
    };

    /// Name in the settings and in the contract with the window, such as "`alt_text`".
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Key of the default hotkey, as a `KeyboardEvent.code` such as "`KeyD`".
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// A line of help, in English.
    pub fn about(self) -> &'static str {
        self.row().about
    }

    /// True if the tray menu offers it.
    pub fn is_in_tray(self) -> bool {
        self.row().in_tray
    }

    /// The action's row. Rows are in the order of the variants, which a test checks.
    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_its_row_and_no_name_or_key_twice() {
        for (number, row) in TABLE.iter().enumerate() {
            assert_eq!(row.action as usize, number, "{:?}", row.action);
            assert_eq!(serde_json::to_value(row.action).unwrap(), row.name);
            let same = |other: &&Row| other.name == row.name || other.code == row.code;
            assert_eq!(TABLE.iter().filter(same).count(), 1, "{}", row.name);
        }
    }
}
