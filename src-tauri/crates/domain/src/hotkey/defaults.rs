//! Default hotkeys.

use super::key::{ALT, CTRL, Hotkey, Platform, SHIFT, SUPER};
use crate::action::Action;

/// The default hotkey of an action.
///
/// Three modifiers, because every pair is taken:
/// - Ctrl+Alt is what Windows makes of `AltGr`, so it would take characters from those who write: @, € and µ from Germans, half the
///   alphabet from Poles and Hungarians. Windows Magnifier holds D, F, I, L, M and R with it, NVDA N, Xfce and MATE D, GNOME and KDE T,
///   and L locks many a desktop.
/// - Super belongs to the system on Windows and to GNOME and KDE; with Alt it starts Orca (S) and records games (R, G).
/// - Alt+Shift and Ctrl+Shift belong to the programs, and switch keyboard layouts.
///
/// With Ctrl+Alt+Shift GNOME holds R and arrows, KDE Delete and the page keys; Poles write capitals with A, C, E, L, N, O, S, X and Z.
/// These letters are none of those, and Y and Z change places between layouts. On macOS, where Ctrl+Option is `VoiceOver`'s and
/// Option writes characters, Command stands in for Alt.
pub fn default_hotkey(action: Action) -> Hotkey {
    default_on(Platform::HERE, action)
}

pub(super) fn default_on(platform: Platform, action: Action) -> Hotkey {
    let third = if platform == Platform::MacOs { SUPER } else { ALT };
    Hotkey {
        held: CTRL | SHIFT | third,
        code: action.code(),
    }
}
