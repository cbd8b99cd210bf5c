//! Hotkeys of X11, Windows and macOS, where a program takes the keys that are free.

use eyebright_domain::{Action, Fault, Hotkey, Hotkeys};

use super::holder::Holder;

/// Registers these hotkeys and no others. Returns a fault for each one that another program has; the rest work.
pub(super) fn register(holder: &dyn Holder, hotkeys: &Hotkeys) -> Vec<Fault> {
    holder.let_go();
    let mut problems = Vec::new();
    for action in Action::ALL {
        let text = hotkeys.get(action);
        if text.is_empty() {
            continue;
        }
        let registered = text
            .parse::<Hotkey>()
            .is_ok_and(|hotkey| holder.take(&hotkey.accelerator(), action));
        if !registered {
            let message = format!("The hotkey {text} is taken by another program. Choose another one in the settings.");
            problems.push(Fault::new("hotkey_taken", message));
        }
    }
    problems
}
