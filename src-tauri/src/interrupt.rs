//! Ctrl-C, and being asked to end.

use std::process;

use eyebright_models::Cancel;

/// Exit code of a run that was cut short.
pub const INTERRUPTED: u8 = 130;

/// A token that the first Ctrl-C sets; the second ends the process where it stands.
pub fn cancel_on_interrupt() -> Cancel {
    let cancel = Cancel::default();
    let token = cancel.clone();
    let handler = move || {
        if token.is_cancelled() {
            process::exit(INTERRUPTED.into());
        }
        token.cancel();
    };
    // Without a handler the system's own applies: Ctrl-C ends the process, only less politely.
    let _ = ctrlc::set_handler(handler);
    cancel
}
