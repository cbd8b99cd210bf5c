//! The process's state at the portal: one session at a time.

use std::sync::{Arc, Mutex};

use ashpd::desktop::Session;
use ashpd::desktop::global_shortcuts::GlobalShortcuts;
use ashpd::zbus::Connection;
use eyebright_domain::{Fault, Hotkeys, lock};

/// The connection and session with the portal, as far as they exist yet.
#[derive(Default)]
pub(super) struct Portal {
    connection: Option<Connection>,
    session: Option<Arc<Session<GlobalShortcuts>>>,
}

impl Portal {
    /// Gives the keys back. A portal that cannot be reached has none.
    pub(super) async fn close(self) {
        if let Some(session) = self.session {
            let _ = session.close().await;
        }
        if let Some(connection) = self.connection {
            // Ends what still waits for an answer on it.
            let _ = connection.close().await;
        }
    }
}

static HELD: Mutex<Held> = Mutex::new(Held {
    turn: 0,
    hotkeys: None,
    portal: Portal {
        connection: None,
        session: None,
    },
    problems: Vec::new(),
    ignoring: false,
});

struct Held {
    /// Number of the latest registration.
    turn: u64,
    /// The hotkeys that it asked for.
    hotkeys: Option<Hotkeys>,
    portal: Portal,
    /// The problems that it met.
    problems: Vec<Fault>,
    /// True while a new hotkey is being chosen: presses are ignored.
    ignoring: bool,
}

/// Begins a registration. Returns its number and what is to be closed before it, or `None` if these hotkeys were asked
/// for already.
pub(super) fn begin(hotkeys: &Hotkeys) -> Option<(u64, Portal)> {
    let mut held = lock(&HELD);
    held.ignoring = false;
    if held.hotkeys.as_ref() == Some(hotkeys) {
        return None;
    }
    held.hotkeys = Some(hotkeys.clone());
    held.turn += 1;
    held.problems.clear();
    Some((held.turn, std::mem::take(&mut held.portal)))
}

/// Keeps the connection of a registration. False if a newer one has begun, which will not close this connection.
pub(super) fn keep_connection(turn: u64, connection: &Connection) -> bool {
    let mut held = lock(&HELD);
    if held.turn != turn {
        return false;
    }
    held.portal.connection = Some(connection.clone());
    true
}

/// Keeps the session of a registration. False if a newer one has begun.
pub(super) fn keep_session(turn: u64, session: &Arc<Session<GlobalShortcuts>>) -> bool {
    let mut held = lock(&HELD);
    if held.turn != turn {
        return false;
    }
    held.portal.session = Some(session.clone());
    true
}

/// Keeps the problems of a registration. False if a newer one has begun.
pub(super) fn note(turn: u64, problems: &[Fault]) -> bool {
    let mut held = lock(&HELD);
    if held.turn != turn {
        return false;
    }
    held.problems = problems.to_vec();
    true
}

/// The problems of the latest registration.
pub(super) fn problems() -> Vec<Fault> {
    lock(&HELD).problems.clone()
}

/// Ignores key presses until the next registration.
pub(super) fn ignore_keys() {
    lock(&HELD).ignoring = true;
}

/// True if this is the latest registration and its keys are not ignored.
pub(super) fn heeds_keys(turn: u64) -> bool {
    let held = lock(&HELD);
    held.turn == turn && !held.ignoring
}
