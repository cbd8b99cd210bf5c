//! Faults of capturing the screen, with messages that are read aloud.

use eyebright_domain::Fault;

pub(super) fn no_display() -> Fault {
    Fault::new(
        "no_display",
        "There is no screen to capture. Start Eyebright inside your desktop session, with a screen switched on.",
    )
}

pub(super) fn no_window() -> Fault {
    Fault::new(
        "no_window",
        "No other window is in front. Switch to the window you mean, then press the key again.",
    )
}

pub(super) fn own_window() -> Fault {
    Fault::new(
        "own_window",
        "Eyebright itself is in front. Switch to the window you mean, then press the key again.",
    )
}

pub(super) fn failed(reason: impl std::fmt::Display) -> Fault {
    Fault::new(
        "capture_failed",
        format!("The screen could not be captured: {reason}. Try again."),
    )
}
