//! What the process holds of the portal: one session at a time.

use std::sync::{Arc, Mutex};

use ashpd::desktop::Session;
use ashpd::desktop::global_shortcuts::GlobalShortcuts;
use ashpd::zbus::Connection;
use eyebright_domain::{Fault, Hotkeys, lock};

/// The way to the portal, as far as it has come.
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
    /// Counts the registrations.
    turn: u64,
    /// What the last one asked for.
    hotkeys: Option<Hotkeys>,
    portal: Portal,
    /// What came of it.
    problems: Vec<Fault>,
    /// While a new key is being recorded.
    ignoring: bool,
}

/// Begins a registration: its number, and what is to be closed before. `None` if these keys were asked for already.
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

/// A registration has a connection; false if a newer one has followed, which could not close it.
pub(super) fn keep_connection(turn: u64, connection: &Connection) -> bool {
    let mut held = lock(&HELD);
    if held.turn != turn {
        return false;
    }
    held.portal.connection = Some(connection.clone());
    true
}

/// A registration has a session; false if a newer one has followed.
pub(super) fn keep_session(turn: u64, session: &Arc<Session<GlobalShortcuts>>) -> bool {
    let mut held = lock(&HELD);
    if held.turn != turn {
        return false;
    }
    held.portal.session = Some(session.clone());
    true
}

/// What came of a registration; false if a newer one has followed.
pub(super) fn note(turn: u64, problems: &[Fault]) -> bool {
    let mut held = lock(&HELD);
    if held.turn != turn {
        return false;
    }
    held.problems = problems.to_vec();
    true
}

/// What does not work at the moment.
pub(super) fn problems() -> Vec<Fault> {
    lock(&HELD).problems.clone()
}

/// Until the next registration.
pub(super) fn ignore_keys() {
    lock(&HELD).ignoring = true;
}

/// Whether the keys of this registration do something.
pub(super) fn heeds_keys(turn: u64) -> bool {
    let held = lock(&HELD);
    held.turn == turn && !held.ignoring
}
