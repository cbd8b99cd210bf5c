//! Faults of reading the clipboard, with messages that are read aloud.

use eyebright_domain::Fault;

use super::clip::MOST_BYTES;

pub(super) fn empty() -> Fault {
    Fault::new(
        "clipboard_empty",
        "There is no picture on the clipboard. Copy a picture or a picture file, then try again.",
    )
}

pub(super) fn only_text() -> Fault {
    Fault::new(
        "clipboard_text",
        "There is text on the clipboard, but no picture. Copy a picture or a picture file, then try again.",
    )
}

pub(super) fn too_large() -> Fault {
    Fault::new(
        "picture_too_large",
        format!(
            "The copied picture has more than {} megabytes, the most that are read. Save it smaller, and open the file.",
            MOST_BYTES / 1_000_000
        ),
    )
}

/// The program that offered the content is gone, and the content with it.
#[cfg(target_os = "linux")]
pub(super) fn gone() -> Fault {
    Fault::new(
        "clipboard_gone",
        "The program that held the copied picture has closed. Copy the picture again, and keep that program open.",
    )
}

/// The program that offered the content hangs.
#[cfg(target_os = "linux")]
pub(super) fn silent() -> Fault {
    Fault::new(
        "clipboard_silent",
        "The program that holds the copied picture does not answer. Wait a moment and try again, or save the picture as a file.",
    )
}

/// There is no desktop and so no clipboard, as in a text console or a remote shell.
pub(super) fn no_display() -> Fault {
    Fault::new(
        "no_display",
        "There is no desktop here, and so no clipboard. Start Eyebright inside your desktop session, or open a picture file.",
    )
}

/// The system reported another error.
pub(super) fn unreadable(reason: impl std::fmt::Display) -> Fault {
    Fault::new(
        "clipboard_unreadable",
        format!("The clipboard cannot be read: {reason}. Try again, or open a picture file."),
    )
}
