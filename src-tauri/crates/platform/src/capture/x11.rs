//! Captures of an X server, over a connection of their own.
//!
//! `xcap` can do it too, but asks every question over a new connection, takes the first monitor for a window on one to its
//! right, and needs `PipeWire`, GBM and EGL to build.

use eyebright_domain::Fault;
use x11rb::NONE;
use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::randr::ConnectionExt as _;
use x11rb::protocol::xproto::{Atom, AtomEnum, ConnectionExt, ImageFormat, Screen, Visualtype, Window};
use x11rb::rust_connection::RustConnection;

use super::area::{Area, Monitor, monitor_of};
use super::faults::{failed, no_display, no_window, own_window};
use super::pixels::Layout;
use super::shot::{Capture, Shot};

x11rb::atom_manager! {
    /// Atoms of the "Extended Window Manager Hints".
    Atoms: AtomCookies {
        _NET_ACTIVE_WINDOW,
        _NET_WM_NAME,
        _NET_WM_PID,
        UTF8_STRING,
    }
}

/// The session's X server.
pub(super) struct X11;

impl Capture for X11 {
    fn screen(&self) -> Result<Shot, Fault> {
        let server = Server::connect()?;
        let pixels = server.screen().map_err(failed)?;
        Ok(Shot {
            pixels: pixels.ok_or_else(unusual)?,
            name: String::new(),
        })
    }

    fn active_window(&self) -> Result<Shot, Fault> {
        let server = Server::connect()?;
        let window = server.active().map_err(failed)?.ok_or_else(no_window)?;
        if server.number(window, server.atoms._NET_WM_PID).map_err(failed)? == Some(std::process::id()) {
            return Err(own_window());
        }
        let pixels = server.window(window).map_err(failed)?;
        Ok(Shot {
            pixels: pixels.ok_or_else(unusual)?,
            name: server.title(window).map_err(failed)?,
        })
    }
}

fn unusual() -> Fault {
    failed("the screen has an unusual pixel format, or the window lies outside of it")
}

struct Server {
    connection: RustConnection,
    number: usize,
    atoms: Atoms,
}

impl Server {
    fn connect() -> Result<Self, Fault> {
        let (connection, number) = x11rb::connect(None).map_err(|_| no_display())?;
        let atoms = Atoms::new(&connection).map_err(failed)?.reply().map_err(failed)?;
        Ok(Self {
            connection,
            number,
            atoms,
        })
    }

    fn root(&self) -> &Screen {
        &self.connection.setup().roots[self.number]
    }

    /// Captures the monitor that holds the active window, or the whole screen.
    fn screen(&self) -> Result<Option<image::RgbImage>, ReplyError> {
        let active = self.active()?.map(|window| self.place(window)).transpose()?;
        let whole = self.whole();
        let area = monitor_of(active, &self.monitors()?).and_then(|area| area.shared(whole));
        self.seen(area.unwrap_or(whole))
    }

    /// Captures the content of a window; with a compositor also where other windows cover it.
    fn window(&self, window: Window) -> Result<Option<image::RgbImage>, ReplyError> {
        let place = self.place(window)?;
        if self.is_composited()? {
            let visual = self.connection.get_window_attributes(window)?.reply()?.visual;
            // A window that has just changed its size fails here, but can still be seen.
            if let Ok(Some(pixels)) = self.pixels(window, visual, Area { x: 0, y: 0, ..place }) {
                return Ok(Some(pixels));
            }
        }
        place.shared(self.whole()).map_or(Ok(None), |area| self.seen(area))
    }

    /// Captures a part of the screen, as a person would see it.
    fn seen(&self, area: Area) -> Result<Option<image::RgbImage>, ReplyError> {
        self.pixels(self.root().root, self.root().root_visual, area)
    }

    fn pixels(&self, window: Window, visual: u32, area: Area) -> Result<Option<image::RgbImage>, ReplyError> {
        let Area { x, y, width, height } = area;
        let (x, y, width, height) = (x as i16, y as i16, width as u16, height as u16);
        let reply = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, window, x, y, width, height, u32::MAX)?
            .reply()?;
        let layout = self
            .visual(visual)
            .and_then(|visual| Layout::of(self.connection.setup(), reply.depth, visual));
        Ok(layout.and_then(|layout| layout.rgb(&reply.data, width.into(), height.into())))
    }

    fn visual(&self, id: u32) -> Option<&Visualtype> {
        let depths = self.root().allowed_depths.iter();
        depths
            .flat_map(|depth| &depth.visuals)
            .find(|visual| visual.visual_id == id)
    }

    fn whole(&self) -> Area {
        let root = self.root();
        Area {
            x: 0,
            y: 0,
            width: root.width_in_pixels.into(),
            height: root.height_in_pixels.into(),
        }
    }

    /// The places of all monitors; empty if the server lacks the extension `RandR`.
    fn monitors(&self) -> Result<Vec<Monitor>, ReplyError> {
        let reply = match self.connection.randr_get_monitors(self.root().root, true) {
            Ok(question) => question.reply()?,
            Err(_) => return Ok(Vec::new()),
        };
        let area = |monitor: &x11rb::protocol::randr::MonitorInfo| Area {
            x: monitor.x.into(),
            y: monitor.y.into(),
            width: monitor.width.into(),
            height: monitor.height.into(),
        };
        let monitors = reply.monitors.iter();
        Ok(monitors
            .map(|monitor| Monitor {
                area: area(monitor),
                primary: monitor.primary,
            })
            .collect())
    }

    /// The window that has the focus according to the window manager.
    fn active(&self) -> Result<Option<Window>, ReplyError> {
        let window = self.number(self.root().root, self.atoms._NET_ACTIVE_WINDOW)?;
        Ok(window.filter(|&window| window != NONE))
    }

    /// Where a window's content lies on the screen.
    fn place(&self, window: Window) -> Result<Area, ReplyError> {
        let size = self.connection.get_geometry(window)?;
        let origin = self.connection.translate_coordinates(window, self.root().root, 0, 0)?;
        let (size, origin) = (size.reply()?, origin.reply()?);
        Ok(Area {
            x: origin.dst_x.into(),
            y: origin.dst_y.into(),
            width: size.width.into(),
            height: size.height.into(),
        })
    }

    fn title(&self, window: Window) -> Result<String, ReplyError> {
        let read = |property: Atom, kind: Atom| self.connection.get_property(false, window, property, kind, 0, 1024);
        let modern = read(self.atoms._NET_WM_NAME, self.atoms.UTF8_STRING)?;
        let old = read(AtomEnum::WM_NAME.into(), AtomEnum::STRING.into())?;
        let (modern, old) = (modern.reply()?.value, old.reply()?.value);
        if modern.is_empty() {
            // Latin-1.
            return Ok(old.into_iter().map(char::from).collect());
        }
        Ok(String::from_utf8_lossy(&modern).into_owned())
    }

    /// The first number of a property, such as the id of a window or process.
    fn number(&self, window: Window, property: Atom) -> Result<Option<u32>, ReplyError> {
        let reply = self
            .connection
            .get_property(false, window, property, AtomEnum::ANY, 0, 1)?
            .reply()?;
        Ok(reply.value32().and_then(|mut numbers| numbers.next()))
    }

    /// True if a compositor runs: it owns a selection with the number of the screen in its name.
    fn is_composited(&self) -> Result<bool, ReplyError> {
        let name = format!("_NET_WM_CM_S{}", self.number);
        let atom = self.connection.intern_atom(false, name.as_bytes())?.reply()?.atom;
        Ok(self.connection.get_selection_owner(atom)?.reply()?.owner != NONE)
    }
}
