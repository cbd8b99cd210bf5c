//! Hotkeys of a Wayland desktop, through its portal.
//!
//! The desktop decides which keys it gives, and may ask the person first. So asking goes on in the background, and what does not
//! work is said when it turns out. Each asking is a session on a connection of its own; a new one closes the one before.

mod faults;
mod held;

use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use ashpd::desktop::CreateSessionOptions;
use ashpd::desktop::global_shortcuts::{BindShortcutsOptions, GlobalShortcuts, NewShortcut};
use ashpd::zbus::Connection;
use ashpd::{AppID, Error};
use eyebright_domain::{Action, Fault, Hotkey, Hotkeys};
use futures_lite::{StreamExt, future, stream};
use held::Portal;

use super::holder::Holder;

/// How long the desktop may take to answer before that is reported as a problem.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks the desktop for these keys and no others.
pub(super) fn register(holder: &Arc<dyn Holder>, hotkeys: &Hotkeys, others: Vec<Fault>) {
    let Some((turn, before)) = held::begin(hotkeys) else {
        // These hotkeys are registered or known to be refused: asking and reporting once is enough.
        holder.set_problems(others.into_iter().chain(held::problems()).collect());
        return;
    };
    holder.set_problems(others.clone());
    let asking = Asking {
        holder: holder.clone(),
        turn,
        others,
    };
    let wanted = Action::ALL.into_iter().filter_map(|action| {
        let hotkey: Hotkey = hotkeys.get(action).parse().ok()?;
        Some((action, hotkey))
    });
    let wanted = wanted.collect();
    thread::spawn(move || asking.watch(before, wanted));
}

/// Ignores the keys instead of releasing them: closing the session would make the desktop ask the person anew.
pub(super) fn release() {
    held::ignore_keys();
}

/// One registration of keys.
#[derive(Clone)]
struct Asking {
    holder: Arc<dyn Holder>,
    /// Its number. Results are ignored once a newer registration has begun.
    turn: u64,
    /// Problems that have nothing to do with keys.
    others: Vec<Fault>,
}

impl Asking {
    /// Asks on a thread of its own, and reports problems for as long as the keys are held.
    fn watch(&self, before: Portal, wanted: Vec<(Action, Hotkey)>) {
        let (answer, answers) = mpsc::channel();
        let asking = self.clone();
        thread::spawn(move || {
            if let Err(error) = future::block_on(asking.ask(before, &wanted, &answer)) {
                // Cannot fail: the receiver waits until this sender is dropped.
                let _ = answer.send(vec![faults::refused(&error)]);
            }
        });
        let mut first = answers.recv_timeout(PATIENCE);
        if first == Err(RecvTimeoutError::Timeout) {
            self.report(vec![faults::no_answer()]);
            // The desktop may be asking the person, who may take any time.
            first = answers.recv().map_err(RecvTimeoutError::from);
        }
        // No answer at all: the library panics where a portal does not keep to the rules.
        self.report(first.unwrap_or_else(|_| vec![faults::no_hotkeys_here()]));
        for problems in answers {
            self.report(problems);
        }
    }

    /// Asks for the keys, reports those that were not given, and listens until the session ends.
    async fn ask(&self, before: Portal, wanted: &[(Action, Hotkey)], answer: &Sender<Vec<Fault>>) -> Result<(), Error> {
        before.close().await;
        if wanted.is_empty() {
            let _ = answer.send(Vec::new());
            return Ok(());
        }
        let connection = Connection::session().await?;
        if !held::keep_connection(self.turn, &connection) {
            return Ok(());
        }
        self.introduce(&connection).await;
        let portal = GlobalShortcuts::with_connection(connection).await?;
        // Subscribe before the first key can come.
        let pressed = portal.receive_activated().await?;
        let pressed = pressed.filter_map(|key| Some(Key::Pressed(action(key.shortcut_id())?)));
        let released = portal.receive_deactivated().await?;
        let released = released.filter_map(|key| Some(Key::Released(action(key.shortcut_id())?)));
        let mut lost = portal.receive_owner_changed().await?.filter(Option::is_none);
        let session = Arc::new(portal.create_session(CreateSessionOptions::default()).await?);
        if !held::keep_session(self.turn, &session) {
            return Ok(());
        }
        let closed = session.receive_closed().await?;

        let shortcuts = self.shortcuts(wanted);
        let bind = portal.bind_shortcuts(&session, &shortcuts, None, BindShortcutsOptions::default());
        // Without this, a portal that ends while it asks would be waited for without end.
        let gone = async {
            lost.next().await;
            Err(Error::NoResponse)
        };
        let given = future::or(bind, gone).await?.response()?;
        let given = given.shortcuts().iter();
        let given: Vec<_> = given
            .map(|shortcut| (shortcut.id(), shortcut.trigger_description()))
            .collect();
        let _ = answer.send(self.without_key(wanted, &given));

        let ended = stream::or(closed.map(|_| None), lost.map(|_| None));
        let moved = stream::or(pressed, released);
        let mut heard = pin!(stream::or(moved.map(Some), ended));
        while let Some(Some(key)) = heard.next().await {
            if !held::heeds_keys(self.turn) {
                continue;
            }
            match key {
                Key::Pressed(action) => self.holder.pressed(action),
                Key::Released(action) => self.holder.released(action),
            }
        }
        let _ = answer.send(vec![faults::lost()]);
        Ok(())
    }

    /// Tells the portal the program's name: new portals give keys only to a program that they know by name. Old portals
    /// do not know the call, and those that start programs themselves know the name already; both refuse, and that does
    /// not matter.
    async fn introduce(&self, connection: &Connection) {
        if let Ok(id) = AppID::try_from(self.holder.id().as_str()) {
            let _ = ashpd::register_host_app_with_connection(connection.clone(), id).await;
        }
    }

    fn shortcuts(&self, wanted: &[(Action, Hotkey)]) -> Vec<NewShortcut> {
        let shortcut = |(action, hotkey): &(Action, Hotkey)| {
            // The desktop remembers its key by this name.
            NewShortcut::new(action.name(), self.holder.title(*action)).preferred_trigger(hotkey.trigger().as_str())
        };
        wanted.iter().map(shortcut).collect()
    }

    /// A fault that names the actions without a key, if any. The desktop may leave a shortcut out, or list it without a
    /// key.
    fn without_key(&self, wanted: &[(Action, Hotkey)], given: &[(&str, &str)]) -> Vec<Fault> {
        let has_key = |id: &str| given.iter().any(|(own, key)| *own == id && !key.is_empty());
        let lacking = wanted.iter().filter(|(action, _)| !has_key(action.name()));
        let lacking: Vec<String> = lacking.map(|(action, _)| self.holder.title(*action)).collect();
        if lacking.is_empty() {
            Vec::new()
        } else {
            vec![faults::without_key(&lacking)]
        }
    }

    /// Shows the problems and says them: without keys a blind person has no other way to find out.
    fn report(&self, problems: Vec<Fault>) {
        if !held::note(self.turn, &problems) {
            return;
        }
        let all = self.others.iter().chain(&problems).cloned().collect();
        self.holder.tell_late(all, &problems);
    }
}

/// A press or release of a hotkey.
enum Key {
    Pressed(Action),
    Released(Action),
}

/// The action of the shortcut with that id.
fn action(id: &str) -> Option<Action> {
    Action::ALL.into_iter().find(|action| action.name() == id)
}
