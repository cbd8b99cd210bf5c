//! Writing a text to the clipboard.

use std::sync::Mutex;

use eyebright_domain::{Fault, lock};

/// The clipboard that offers our text. X11 and Wayland ask this process for it at every paste, so it must outlive the
/// call.
static OFFERED: Mutex<Option<arboard::Clipboard>> = Mutex::new(None);

/// Puts a text on the clipboard, where it stays as long as this process lives, or until something else is copied.
pub fn write_text(text: &str) -> Result<(), Fault> {
    let mut offered = lock(&OFFERED);
    if let Some(clipboard) = offered.as_mut()
        && clipboard.set_text(text).is_ok()
    {
        return Ok(());
    }
    // The first time, or the connection has broken.
    *offered = None;
    let mut clipboard = arboard::Clipboard::new().map_err(|_| unwritable())?;
    clipboard.set_text(text).map_err(|_| unwritable())?;
    *offered = Some(clipboard);
    Ok(())
}

fn unwritable() -> Fault {
    Fault::new(
        "clipboard_unwritable",
        "The text could not be copied, as the clipboard cannot be reached. Try again, inside your desktop session.",
    )
}
