//! Ctrl-C, and being asked to end.

use std::time::Duration;
use std::{process, thread};

use eyebright_models::Cancel;

/// Exit code of a run that was cut short.
pub const INTERRUPTED: u8 = 130;

/// Longer than a picture takes. What still runs then waits for something else, such as standard input.
const PATIENCE: Duration = Duration::from_secs(3);

/// A token that the first Ctrl-C sets; the second, or some time, ends the process where it stands.
pub fn cancel_on_interrupt() -> Cancel {
    let cancel = Cancel::default();
    let token = cancel.clone();
    let handler = move || {
        if token.is_cancelled() {
            process::exit(INTERRUPTED.into());
        }
        token.cancel();
        thread::spawn(|| {
            thread::sleep(PATIENCE);
            process::exit(INTERRUPTED.into());
        });
    };
    // Without a handler the system's own applies: Ctrl-C ends the process, only less politely.
    let _ = ctrlc::set_handler(handler);
    cancel
}
