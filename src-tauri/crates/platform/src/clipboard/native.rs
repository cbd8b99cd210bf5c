//! The clipboard of Windows and macOS, which convert between formats themselves.

use std::path::PathBuf;

use arboard::Error;
use eyebright_domain::Fault;
use image::{DynamicImage, RgbaImage};

use super::clip::{Clip, Clipboard, MOST_BYTES};
use super::faults::{no_display, too_large, unreadable};

pub(super) struct Native(arboard::Clipboard);

impl Native {
    pub(super) fn open() -> Result<Self, Fault> {
        arboard::Clipboard::new().map(Self).map_err(|_| no_display())
    }
}

impl Clipboard for Native {
    fn files(&mut self) -> Result<Vec<PathBuf>, Fault> {
        Ok(present(self.0.get().file_list())?.unwrap_or_default())
    }

    fn picture(&mut self) -> Result<Option<Clip>, Fault> {
        let Some(image) = present(self.0.get_image())? else {
            return Ok(None);
        };
        if image.bytes.len() > MOST_BYTES {
            return Err(too_large());
        }
        let pixels = RgbaImage::from_raw(image.width as u32, image.height as u32, image.bytes.into_owned());
        Ok(pixels.map(|pixels| Clip::Pixels(on_white(pixels))))
    }

    fn text(&mut self) -> Result<Option<String>, Fault> {
        present(self.0.get_text())
    }
}

/// Tells absent content from a clipboard that cannot be read.
fn present<T>(content: Result<T, Error>) -> Result<Option<T>, Fault> {
    match content {
        Ok(content) => Ok(Some(content)),
        Err(Error::ContentNotAvailable) => Ok(None),
        Err(Error::ClipboardOccupied) => Err(Fault::new(
            "clipboard_busy",
            "Another program is using the clipboard. Try again in a moment.",
        )),
        Err(Error::ConversionFailure) => Err(Fault::new(
            "picture_damaged",
            "The copied picture cannot be read. Save it as a file, and open that.",
        )),
        Err(error) => Err(unreadable(error)),
    }
}

/// Lays transparent pixels on white, as files are decoded too.
fn on_white(mut pixels: RgbaImage) -> image::RgbImage {
    for pixel in pixels.pixels_mut() {
        let [.., alpha] = pixel.0;
        if alpha < u8::MAX {
            let alpha = u16::from(alpha);
            for channel in &mut pixel.0[..3] {
                *channel = ((u16::from(*channel) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
            }
        }
    }
    DynamicImage::from(pixels).into_rgb8()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_pixels_turn_white() {
        let pixels = RgbaImage::from_raw(3, 1, vec![10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128]).unwrap();
        assert_eq!(on_white(pixels).into_raw(), [10, 20, 30, 255, 255, 255, 127, 127, 127]);
    }
}
