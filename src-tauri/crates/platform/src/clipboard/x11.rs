//! The clipboard of X11, where the program that copied hands its content out on demand.
//!
//! Programs talk by the rules of ICCCM, section 2: we ask the owner of the selection to convert its content to a format; it
//! lays the result on a window of ours and says so. Large content comes in pieces ("INCR"): each is deleted when read, which
//! asks for the next, and an empty one is the last.

use std::time::{Duration, Instant};

use eyebright_domain::Fault;
use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt, CreateWindowAux, EventMask, GetPropertyReply, Property,
    Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::{COPY_FROM_PARENT, CURRENT_TIME, NONE};

use super::clip::MOST_BYTES;
use super::faults::{gone, no_display, silent, too_large, unreadable};
use super::offer::Offer;
use super::patience::{TO_ANSWER, TO_DELIVER, TO_FINISH, until_readable};

x11rb::atom_manager! {
    /// Atoms of the protocol.
    Atoms: AtomCookies {
        CLIPBOARD,
        TARGETS,
        INCR,
        // The property of our window that owners write to.
        EYEBRIGHT_CLIP,
    }
}

pub(super) struct X11 {
    connection: RustConnection,
    atoms: Atoms,
    /// Our window, which receives the content and is never shown.
    window: Window,
    /// The window of the program that copied.
    owner: Window,
    formats: Vec<String>,
}

impl X11 {
    pub(super) fn open() -> Result<Self, Fault> {
        let (connection, screen) = x11rb::connect(None).map_err(|_| no_display())?;
        let root = connection.setup().roots[screen].root;
        let mut clipboard = Self::on(connection, root).map_err(unreadable)?;
        if clipboard.owner != NONE {
            clipboard.formats = clipboard.list()?;
        }
        Ok(clipboard)
    }

    fn on(connection: RustConnection, root: Window) -> Result<Self, ReplyError> {
        let atoms = Atoms::new(&connection)?.reply()?;
        let window = connection
            .generate_id()
            .map_err(|_| x11rb::errors::ConnectionError::UnknownError)?;
        let events = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        let class = WindowClass::INPUT_ONLY;
        connection.create_window(0, window, root, 0, 0, 1, 1, 0, class, COPY_FROM_PARENT, &events)?;
        let owner = connection.get_selection_owner(atoms.CLIPBOARD)?.reply()?.owner;
        if owner != NONE {
            // A program that dies destroys its window, and we need not wait for its answer.
            let events = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
            connection.change_window_attributes(owner, &events)?.ignore_error();
        }
        Ok(Self {
            connection,
            atoms,
            window,
            owner,
            formats: Vec::new(),
        })
    }

    /// The names of the formats on offer.
    fn list(&self) -> Result<Vec<String>, Fault> {
        let Some(targets) = self.convert(self.atoms.TARGETS, TO_ANSWER)? else {
            return Ok(Vec::new());
        };
        let atoms = targets
            .chunks_exact(4)
            .map(|bytes| Atom::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        // All questions at once, then all answers; what is no atom has no name.
        let questions: Vec<_> = atoms
            .filter_map(|atom| self.connection.get_atom_name(atom).ok())
            .collect();
        let names = questions.into_iter().filter_map(|question| question.reply().ok());
        Ok(names
            .map(|reply| String::from_utf8_lossy(&reply.name).into_owned())
            .collect())
    }

    /// The content in one format, or `None` if the owner declines. `patience` is for its first answer.
    fn convert(&self, target: Atom, patience: Duration) -> Result<Option<Vec<u8>>, Fault> {
        let end = Instant::now() + TO_FINISH;
        let Atoms {
            CLIPBOARD,
            EYEBRIGHT_CLIP,
            ..
        } = self.atoms;
        self.connection
            .convert_selection(self.window, CLIPBOARD, target, EYEBRIGHT_CLIP, CURRENT_TIME)
            .map_err(unreadable)?;
        let answered = self.event(Instant::now() + patience, |event| match event {
            Event::SelectionNotify(event) if event.target == target => Some(event.property != NONE),
            _ => None,
        })?;
        if !answered {
            return Ok(None);
        }
        let content = self.take()?;
        if content.type_ == self.atoms.INCR {
            // A lower bound of the size in bytes.
            let size = content.value32().and_then(|mut sizes| sizes.next()).unwrap_or(0);
            return self.pieces(size as usize, end).map(Some);
        }
        if content.value.len() > MOST_BYTES {
            return Err(too_large());
        }
        Ok(Some(content.value))
    }

    /// Reads content that comes in pieces, of `expected` bytes or more.
    fn pieces(&self, expected: usize, end: Instant) -> Result<Vec<u8>, Fault> {
        if expected > MOST_BYTES {
            return Err(too_large());
        }
        let mut content = Vec::with_capacity(expected);
        loop {
            self.event(end.min(Instant::now() + TO_DELIVER), |event| match event {
                Event::PropertyNotify(event) => {
                    (event.atom == self.atoms.EYEBRIGHT_CLIP && event.state == Property::NEW_VALUE).then_some(())
                }
                _ => None,
            })?;
            let piece = self.take()?;
            if piece.value.is_empty() {
                return Ok(content);
            }
            content.extend_from_slice(&piece.value);
            if content.len() > MOST_BYTES {
                return Err(too_large());
            }
        }
    }

    /// Reads what the owner has written to our window, and deletes it there.
    fn take(&self) -> Result<GetPropertyReply, Fault> {
        self.connection
            .get_property(
                true,
                self.window,
                self.atoms.EYEBRIGHT_CLIP,
                AtomEnum::ANY,
                0,
                u32::MAX / 4,
            )
            .map_err(ReplyError::from)
            .and_then(x11rb::cookie::Cookie::reply)
            .map_err(unreadable)
    }

    /// Waits for the first event that `wanted` accepts. Fails when the owner dies, and at the deadline.
    fn event<T>(&self, deadline: Instant, wanted: impl Fn(Event) -> Option<T>) -> Result<T, Fault> {
        self.connection.flush().map_err(unreadable)?;
        loop {
            match self.connection.poll_for_event().map_err(unreadable)? {
                Some(Event::DestroyNotify(event)) if event.window == self.owner => return Err(gone()),
                Some(event) => {
                    if let Some(found) = wanted(event) {
                        return Ok(found);
                    }
                    // An owner that floods us with other events must not keep us either.
                    if Instant::now() > deadline {
                        return Err(silent());
                    }
                }
                None => until_readable(self.connection.stream(), deadline)?,
            }
        }
    }
}

impl Offer for X11 {
    fn formats(&self) -> &[String] {
        &self.formats
    }

    fn fetch(&mut self, format: &str) -> Result<Option<Vec<u8>>, Fault> {
        let atom = self
            .connection
            .intern_atom(false, format.as_bytes())
            .map_err(ReplyError::from);
        let atom = atom.and_then(x11rb::cookie::Cookie::reply).map_err(unreadable)?.atom;
        self.convert(atom, TO_DELIVER)
    }
}
