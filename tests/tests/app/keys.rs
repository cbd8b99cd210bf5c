//! The default hotkeys, in the notation of xdotool.

pub const SCREEN: &str = "ctrl+alt+shift+d";
pub const WINDOW: &str = "ctrl+alt+shift+w";
pub const REGION: &str = "ctrl+alt+shift+f";
pub const CLIPBOARD: &str = "ctrl+alt+shift+v";
pub const ASK: &str = "ctrl+alt+shift+q";
pub const REPEAT: &str = "ctrl+alt+shift+g";
pub const MORE: &str = "ctrl+alt+shift+m";
pub const SPELL: &str = "ctrl+alt+shift+b";
pub const ALT_TEXT: &str = "ctrl+alt+shift+t";
pub const STOP: &str = "ctrl+alt+shift+h";
