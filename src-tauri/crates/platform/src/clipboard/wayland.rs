//! The clipboard of Wayland desktops that let programs without focus read it (KDE, sway and other wlroots desktops, COSMIC).

use std::io::Read;
use std::time::Instant;

use eyebright_domain::Fault;
use wl_clipboard_rs::paste::{ClipboardType, Error, MimeType, Seat, get_contents, get_mime_types_ordered};

use super::clip::MOST_BYTES;
use super::faults::{gone, too_large, unreadable};
use super::offer::Offer;
use super::patience::{TO_DELIVER, TO_FINISH, until_readable};
use crate::display::is_wayland;

/// Bytes that are read at once; a pipe seldom holds more.
const PIECE: usize = 1 << 16;

pub(super) struct Wayland {
    formats: Vec<String>,
}

impl Wayland {
    /// Lists the formats on offer. `None` without Wayland, or if the desktop does not let us read.
    pub(super) fn open() -> Option<Result<Self, Fault>> {
        if !is_wayland() {
            return None;
        }
        match get_mime_types_ordered(ClipboardType::Regular, Seat::Unspecified) {
            Ok(formats) => Some(Ok(Self { formats })),
            Err(Error::ClipboardEmpty | Error::NoSeats) => Some(Ok(Self { formats: Vec::new() })),
            Err(Error::MissingProtocol { .. } | Error::WaylandConnection(_) | Error::SocketOpenError(_)) => None,
            Err(error) => Some(Err(unreadable(error))),
        }
    }
}

impl Offer for Wayland {
    fn formats(&self) -> &[String] {
        &self.formats
    }

    fn fetch(&mut self, format: &str) -> Result<Option<Vec<u8>>, Fault> {
        let (mut pipe, _) = match get_contents(ClipboardType::Regular, Seat::Unspecified, MimeType::Specific(format)) {
            Ok(opened) => opened,
            // Something else was copied meanwhile.
            Err(Error::NoMimeType | Error::ClipboardEmpty | Error::NoSeats) => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        };
        let end = Instant::now() + TO_FINISH;
        let mut bytes = Vec::new();
        let mut piece = vec![0; PIECE];
        loop {
            until_readable(&pipe, end.min(Instant::now() + TO_DELIVER))?;
            match pipe.read(&mut piece).map_err(|_| gone())? {
                // A program that declines, and one that died, closes the pipe without a word.
                0 => return Ok(Some(bytes)),
                length => bytes.extend_from_slice(&piece[..length]),
            }
            if bytes.len() > MOST_BYTES {
                return Err(too_large());
            }
        }
    }
}
