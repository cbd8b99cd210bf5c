//! What the person can have done.

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
    /// Describe what was copied.
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
    /// Fall silent, give up what is under way.
    Stop,
}

impl Action {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Screen,
        Self::Window,
        Self::Region,
        Self::Clipboard,
        Self::Ask,
        Self::Repeat,
        Self::More,
        Self::Spell,
        Self::AltText,
        Self::Stop,
    ];

    /// As in the settings, on the command line and in the contract; `ui.action.NAME` is what people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Window => "window",
            Self::Region => "region",
            Self::Clipboard => "clipboard",
            Self::Ask => "ask",
            Self::Repeat => "repeat",
            Self::More => "more",
            Self::Spell => "spell",
            Self::AltText => "alt_text",
            Self::Stop => "stop",
        }
    }
}
