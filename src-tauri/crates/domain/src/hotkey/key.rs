//! Hotkeys as text: read, checked, printed.

use std::fmt;
use std::str::FromStr;

use crate::fault::Fault;

/// Modifiers and one key, such as "Ctrl+Alt+D".
///
/// The key is named by its place on a US keyboard, as in a browser's `KeyboardEvent.code`. The crate `global-hotkey`
/// follows the place on macOS; on Windows and X11 it follows the letter, wherever the layout has put it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hotkey {
    /// Modifiers that are held down: bits of `MODIFIERS`.
    pub(super) held: u8,
    /// The key, one of `CODES`.
    pub(super) code: &'static str,
}

pub(super) const CTRL: u8 = 1;
pub(super) const ALT: u8 = 2;
pub(super) const SHIFT: u8 = 4;
pub(super) const SUPER: u8 = 8;

/// Modifiers in printing order: the bit, and the names that are understood, the first of which is printed.
const MODIFIERS: [(u8, &[&str]); 4] = [
    (CTRL, &["Ctrl", "Control", "Strg"]),
    (ALT, &["Alt", "Option", "Opt"]),
    (SHIFT, &["Shift"]),
    (SUPER, &["Super", "Meta", "Win", "Windows", "Cmd", "Command"]),
];

#[rustfmt::skip]
pub(super) const CODES: &[&str] = &[
    "KeyA", "KeyB", "KeyC", "KeyD", "KeyE", "KeyF", "KeyG", "KeyH", "KeyI", "KeyJ", "KeyK", "KeyL", "KeyM",
    "KeyN", "KeyO", "KeyP", "KeyQ", "KeyR", "KeyS", "KeyT", "KeyU", "KeyV", "KeyW", "KeyX", "KeyY", "KeyZ",
    "Digit0", "Digit1", "Digit2", "Digit3", "Digit4", "Digit5", "Digit6", "Digit7", "Digit8", "Digit9",
    "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12",
    "F13", "F14", "F15", "F16", "F17", "F18", "F19", "F20", "F21", "F22", "F23", "F24",
    "Space", "Enter", "Tab", "Escape", "Backspace", "Insert", "Delete", "Home", "End", "PageUp", "PageDown",
    "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PrintScreen",
    "Comma", "Period", "Slash", "Semicolon", "Quote", "BracketLeft", "BracketRight", "Backslash", "Backquote", "Minus", "Equal",
];

/// Other names of keys, each with the code that it stands for.
#[rustfmt::skip]
const ALIASES: &[(&str, &str)] = &[
    ("Esc", "Escape"), ("Return", "Enter"), ("Ins", "Insert"), ("Del", "Delete"), ("PgUp", "PageUp"), ("PgDn", "PageDown"),
    ("Up", "ArrowUp"), ("Down", "ArrowDown"), ("Left", "ArrowLeft"), ("Right", "ArrowRight"), ("Print", "PrintScreen"),
    (",", "Comma"), (".", "Period"), ("/", "Slash"), (";", "Semicolon"), ("'", "Quote"), ("[", "BracketLeft"),
    ("]", "BracketRight"), ("\\", "Backslash"), ("`", "Backquote"), ("-", "Minus"), ("=", "Equal"),
];

/// Keys that screen readers use as modifiers.
const READERS_MODIFIERS: &[&str] = &[
    "CapsLock", "Caps", "Insert", "Ins", "NVDA", "JAWS", "Orca", "VO", "Narrator",
];

impl Hotkey {
    /// The hotkey in the syntax of `tauri-plugin-global-shortcut`, such as "Ctrl+Alt+KeyD".
    pub fn accelerator(self) -> String {
        self.with_modifiers(self.code)
    }

    /// Fails if the hotkey is needed for typing, by screen readers or by the desktop of this platform.
    pub fn check(self) -> Result<(), Fault> {
        self.check_on(Platform::HERE)
    }

    pub(super) fn check_on(self, platform: Platform) -> Result<(), Fault> {
        if self.held & (CTRL | ALT | SUPER) == 0 && !self.is_function_key() {
            let message = format!("{self} is needed for typing. Add Ctrl, Alt or Super, or take a key from F1 to F24.");
            return Err(Fault::new("hotkey_needs_modifier", message));
        }
        if self.belongs_to_readers(platform) {
            return Err(readers_own(&self.to_string()));
        }
        if self.belongs_to_desktop(platform) {
            let message = format!("{self} already has a use that nobody should lose. Choose another hotkey.");
            return Err(Fault::new("hotkey_reserved", message));
        }
        Ok(())
    }

    /// True for hotkeys that screen readers need. `VoiceOver` is driven by Ctrl+Option; NVDA, JAWS, Orca and Narrator
    /// swallow Insert, and read tables with Ctrl+Alt and arrows on Windows. The rest start and stop a reader or a
    /// magnifier: whoever needs one must always be able to.
    fn belongs_to_readers(self, platform: Platform) -> bool {
        let table = platform == Platform::Windows && self.held == CTRL | ALT && self.code.starts_with("Arrow");
        let voice_over = platform == Platform::MacOs && self.held & (CTRL | ALT) == CTRL | ALT;
        table || voice_over || self.code == "Insert" || starters(platform).contains(&self.to_string().as_str())
    }

    /// True for hotkeys that the desktop or all programs need: editing, windows, screen lock, quitting.
    fn belongs_to_desktop(self, platform: Platform) -> bool {
        let editing = self.held == CTRL || platform == Platform::MacOs && self.held == SUPER;
        let editing = editing && ["KeyA", "KeyC", "KeyS", "KeyV", "KeyX", "KeyZ"].contains(&self.code);
        // Virtual consoles and workspaces.
        let console = self.held == CTRL | ALT && (self.is_function_key() || self.code.starts_with("Arrow"));
        let console = platform == Platform::Linux && console;
        editing || console || essentials(platform).contains(&self.to_string().as_str())
    }

    fn is_function_key(self) -> bool {
        self.code
            .strip_prefix('F')
            .is_some_and(|number| number.parse::<u8>().is_ok())
    }

    fn with_modifiers(self, key: &str) -> String {
        let held = MODIFIERS.iter().filter(|(bit, _)| self.held & bit != 0);
        held.map(|(_, names)| names[0])
            .chain([key])
            .collect::<Vec<_>>()
            .join("+")
    }
}

/// Hotkeys that start or stop a screen reader or a magnifier.
pub(super) fn starters(platform: Platform) -> &'static [&'static str] {
    match platform {
        Platform::Linux => &["Alt+Super+S", "Alt+Super+8", "Alt+Super+Equal", "Alt+Super+Minus"],
        Platform::Windows => &[
            "Ctrl+Alt+N",
            "Ctrl+Super+Enter",
            "Super+Equal",
            "Super+Minus",
            "Super+Escape",
        ],
        Platform::MacOs => &[
            "Super+F5",
            "Alt+Super+F5",
            "Alt+Super+8",
            "Alt+Super+Equal",
            "Alt+Super+Minus",
        ],
    }
}

/// Hotkeys that the desktop needs: windows, menus (F10 and Shift+F10 among them), screen lock, quitting.
#[rustfmt::skip]
pub(super) fn essentials(platform: Platform) -> &'static [&'static str] {
    match platform {
        Platform::Linux | Platform::Windows => &[
            "Alt+F4", "Alt+Tab", "Alt+Shift+Tab", "Alt+Escape", "Alt+Space", "F10", "Shift+F10", "Ctrl+Escape", "Ctrl+Shift+Escape",
            "Ctrl+Alt+Delete", "Ctrl+Alt+Backspace", "Ctrl+Alt+Tab", "Ctrl+Tab", "Ctrl+Shift+Tab", "Super+L", "Super+D", "Super+Tab",
        ],
        Platform::MacOs => &[
            "Super+Q", "Super+W", "Super+H", "Super+M", "Super+Tab", "Shift+Super+Tab", "Super+Space", "Ctrl+Super+Q", "Shift+Super+Q",
            "Alt+Super+Escape", "Shift+Super+3", "Shift+Super+4", "Shift+Super+5", "Ctrl+Tab", "Ctrl+Shift+Tab",
        ],
    }
}

impl FromStr for Hotkey {
    type Err = Fault;

    /// Modifiers in any order, then the key; case and spaces do not matter.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let mut parts: Vec<&str> = text.split('+').map(str::trim).collect();
        let key = parts.pop().unwrap_or_default();
        let mut held = 0;
        for part in parts {
            if named(READERS_MODIFIERS, part) {
                return Err(readers_own(text));
            }
            let modifier = MODIFIERS.iter().find(|(_, names)| named(names, part));
            held |= modifier.ok_or_else(|| unknown(text))?.0;
        }
        let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(key));
        let key = alias.map_or(key, |(_, code)| code);
        let code = CODES.iter().find(|code| named(&[code, printed(code)], key));
        Ok(Self {
            held,
            code: code.ok_or_else(|| unknown(text))?,
        })
    }
}

impl fmt::Display for Hotkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with_modifiers(printed(self.code)))
    }
}

/// The name of a key as it is printed: "D" for "`KeyD`", "1" for "`Digit1`"; other codes stay as they are.
pub(super) fn printed(code: &str) -> &str {
    let short = code.strip_prefix("Key").or_else(|| code.strip_prefix("Digit"));
    short.unwrap_or(code)
}

fn named(names: &[&str], text: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(text))
}

fn unknown(text: &str) -> Fault {
    let message = format!("{text:?} is no hotkey. Name modifiers and one key, such as Ctrl+Alt+Shift+D.");
    Fault::new("hotkey_unknown", message)
}

fn readers_own(hotkey: &str) -> Fault {
    let message = format!("{hotkey} belongs to screen readers or magnifiers. Choose another hotkey.");
    Fault::new("hotkey_screen_reader", message)
}

/// Platforms with rules and defaults of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Platform {
    Linux,
    Windows,
    MacOs,
}

impl Platform {
    pub(super) const HERE: Self = if cfg!(target_os = "macos") {
        Self::MacOs
    } else if cfg!(windows) {
        Self::Windows
    } else {
        Self::Linux
    };
}
