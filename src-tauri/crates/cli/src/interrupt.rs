//! Handles Ctrl-C and termination signals.

use std::time::Duration;
use std::{process, thread};

use eyebright_models::Cancel;

/// Exit code of an interrupted run.
pub const INTERRUPTED: u8 = 130;

/// Time after an interrupt when the process is ended anyway. Longer than one picture takes; what still runs then waits
/// for something else, such as standard input.
const PATIENCE: Duration = Duration::from_secs(3);

/// Returns a token that the first Ctrl-C cancels. A second Ctrl-C, or the time `PATIENCE`, ends the process.
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
    // If this fails, Ctrl-C ends the process at once, which is the system's default.
    let _ = ctrlc::set_handler(handler);
    cancel
}
