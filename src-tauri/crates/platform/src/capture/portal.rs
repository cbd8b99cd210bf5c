//! Captures of a Wayland desktop, through its portal.
//!
//! The portal decides, and may ask the person the first time. It leaves the picture in a file, often among the person's own
//! pictures, which is deleted once it is read.

use std::path::Path;

use ashpd::Error;
use ashpd::desktop::ResponseError;
use ashpd::desktop::screenshot::{AvailableTargets, Screenshot, ScreenshotProxy};
use eyebright_domain::Fault;
use futures_lite::future::block_on;

use super::faults::failed;
use super::shot::{Capture, Shot};
use crate::links;

/// The session's desktop portal.
pub(super) struct Portal;

impl Capture for Portal {
    fn screen(&self) -> Result<Shot, Fault> {
        block_on(take(None))
    }

    fn active_window(&self) -> Result<Shot, Fault> {
        block_on(async {
            // Windows can be captured since version 3 of the interface, and only on some desktops.
            let targets = ScreenshotProxy::new().await.map_err(refused)?.available_targets().await;
            if targets.is_ok_and(|targets| targets.contains(AvailableTargets::ActiveWindow)) {
                return take(Some(AvailableTargets::ActiveWindow)).await;
            }
            Err(Fault::new(
                "no_portal",
                "This desktop does not let Eyebright capture a single window. Describe the whole screen instead.",
            ))
        })
    }
}

async fn take(target: Option<AvailableTargets>) -> Result<Shot, Fault> {
    let request = Screenshot::request().interactive(false).modal(false).target(target);
    let answer = request
        .send()
        .await
        .and_then(|request| request.response())
        .map_err(refused)?;
    let files = links::files_of_list(answer.uri().as_str());
    let file = files.first().ok_or_else(|| failed("the desktop named no file"))?;
    let pixels = decode(file);
    // Deleted even if it could not be read. If deleting fails, the file is not ours to delete.
    let _ = std::fs::remove_file(file);
    Ok(Shot {
        pixels: pixels?,
        name: String::new(),
    })
}

fn decode(file: &Path) -> Result<image::RgbImage, Fault> {
    let bytes = std::fs::read(file).map_err(failed)?;
    Ok(image::load_from_memory(&bytes).map_err(failed)?.into_rgb8())
}

fn refused(error: Error) -> Fault {
    let message = match error {
        Error::Response(ResponseError::Cancelled) => {
            "The desktop did not allow a picture of the screen. Allow screenshots for Eyebright in the privacy settings, \
             then press the key again."
        }
        Error::Response(ResponseError::Other) => {
            "The desktop could not take a picture of the screen, or did not allow it. Take a screenshot with the desktop's \
             own key, then let Eyebright describe the clipboard."
        }
        _ => {
            "This desktop offers no way to capture the screen. Install xdg-desktop-portal and its part for your desktop, or \
             take a screenshot with the desktop's own key, then let Eyebright describe the clipboard."
        }
    };
    Fault::new("no_portal", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_says_what_to_do() {
        for error in [
            Error::Response(ResponseError::Cancelled),
            Error::Response(ResponseError::Other),
            Error::NoResponse,
        ] {
            let fault = refused(error);
            assert_eq!(fault.code, "no_portal");
            assert!(
                fault.message.contains("press the key") || fault.message.contains("clipboard"),
                "{}",
                fault.message
            );
        }
    }
}
