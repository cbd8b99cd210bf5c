//! Hotkeys of X11, Windows and macOS, where a program takes the keys that are free.

use tauri::{AppHandle, Manager};
use tauri_plugin_global_shortcut::{GlobalShortcutExt, ShortcutState};

use super::Hotkey;
use crate::app::App;
use crate::fault::Fault;
use crate::session::{Action, Event};
use crate::settings::Hotkeys;

/// Holds these keys from now on and no others. Those that another program holds are told; the rest work.
pub(super) fn register(app: &AppHandle, hotkeys: &Hotkeys) -> Vec<Fault> {
    release(app);
    let shortcuts = app.global_shortcut();
    let mut problems = Vec::new();
    for action in Action::ALL {
        let text = hotkeys.get(action);
        if text.is_empty() {
            continue;
        }
        let moved = move |app: &AppHandle, _: &_, event: tauri_plugin_global_shortcut::ShortcutEvent| {
            app.state::<App>().send(match event.state {
                ShortcutState::Pressed => Event::Press(action),
                ShortcutState::Released => Event::Release(action),
            });
        };
        let registered = text
            .parse::<Hotkey>()
            .is_ok_and(|hotkey| shortcuts.on_shortcut(hotkey.accelerator().as_str(), moved).is_ok());
        if !registered {
            let message = format!("The hotkey {text} is taken by another program. Choose another one in the settings.");
            problems.push(Fault::new("hotkey_taken", message));
        }
    }
    problems
}

/// Lets all keys go.
pub(super) fn release(app: &AppHandle) {
    // What was not held cannot be let go, which is as good.
    let _ = app.global_shortcut().unregister_all();
}
