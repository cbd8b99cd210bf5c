//! What the app's parts share.

use std::collections::BTreeSet;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard};

use eyebright_assistant::Assistant;
use eyebright_domain::{Action, Fault, Strings, lock};
use eyebright_platform::voice::Manner;
use eyebright_platform::voice::talker::Talker;
use eyebright_session::{Event, Options, Status};
use eyebright_store::settings::{Settings, Store};

use super::archive::Archive;
use super::history::History;
use super::{describing, offered};
use crate::contract::{Found, Place, Rect, Snapshot, Update};

/// Shared by commands, hotkeys, tray and companions of the session.
pub struct App {
    events: Sender<Event>,
    preferences: Mutex<Preferences>,
    history: Mutex<History>,
    archive: Archive,
    view: Mutex<View>,
    talker: Talker,
    assistant: Assistant,
}

struct Preferences {
    store: Store,
    settings: Settings,
    strings: Arc<Strings>,
    problems: Vec<Fault>,
}

impl Preferences {
    /// In the language of the settings.
    fn told_problems(&self) -> Vec<Fault> {
        let problems = self.problems.iter();
        problems.map(|fault| self.strings.translated(fault)).collect()
    }
}

/// What the windows show at the moment.
pub struct View {
    /// What is going on.
    pub status: Status,
    /// What was said last.
    pub heard: String,
    /// What was looked for in the history, and found.
    pub found: Option<Found>,
    /// The first run's welcome is still open.
    pub welcome: bool,
    /// Where a window that is being opened should put the focus.
    pub focus: Option<Place>,
    /// The frozen screen, as JPEG, while a region of it is chosen.
    pub screen: Option<Vec<u8>>,
    /// The frame over it, and what was said of that.
    pub frame: Option<(Rect, String)>,
    /// Packs that are being fetched.
    pub coming: BTreeSet<String>,
}

impl App {
    /// Everything that is known at the start.
    pub fn new(
        events: Sender<Event>,
        store: Store,
        settings: Settings,
        talker: Talker,
        assistant: Assistant,
        welcome: bool,
    ) -> Self {
        let strings = Arc::new(Strings::load(settings.language));
        Self {
            archive: Archive::start(assistant.clone(), events.clone()),
            events,
            preferences: Mutex::new(Preferences {
                store,
                settings,
                strings,
                problems: Vec::new(),
            }),
            history: Mutex::default(),
            view: Mutex::new(View {
                status: Status::Idle,
                heard: String::new(),
                found: None,
                welcome,
                focus: None,
                screen: None,
                frame: None,
                coming: BTreeSet::new(),
            }),
            talker,
            assistant,
        }
    }

    /// Tells the session. It lives as long as the app.
    pub fn send(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// The descriptions so far.
    pub fn history(&self) -> MutexGuard<'_, History> {
        lock(&self.history)
    }

    /// What looks at pictures.
    pub fn assistant(&self) -> &Assistant {
        &self.assistant
    }

    /// The history on disk.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Puts an entry that is only on disk into the list.
    pub fn bring(&self, id: u64) {
        if !self.history().has(id)
            && let Some(entry) = self.archive.get(id)
        {
            self.history().bring(entry);
        }
    }

    /// All that was said of an entry, in the list or on disk.
    pub fn text(&self, id: u64) -> Option<String> {
        let listed = self.history().text(id);
        listed.or_else(|| Some(self.archive.get(id)?.said.join("\n")))
    }

    /// The picture of an entry, in the list or on disk.
    pub fn picture(&self, id: u64) -> Option<Vec<u8>> {
        let listed = self.history().picture(id).map(<[u8]>::to_vec);
        listed.or_else(|| Some(self.archive.get(id)?.jpeg).filter(|jpeg| !jpeg.is_empty()))
    }

    /// Removes an entry, or all, from the list, from what was found, and from the disk.
    pub fn forget(&self, id: Option<u64>) {
        self.archive.forget(id);
        self.history().forget(id);
        match (id, &mut self.view().found) {
            (Some(id), Some(found)) => found.entries.retain(|entry| entry.id != id),
            (_, found) => *found = None,
        }
    }

    /// What the windows show.
    pub fn view(&self) -> MutexGuard<'_, View> {
        lock(&self.view)
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        lock(&self.preferences).settings.clone()
    }

    /// The words of the language in use.
    pub fn strings(&self) -> Arc<Strings> {
        lock(&self.preferences).strings.clone()
    }

    /// What the session heeds of the settings.
    pub fn options(&self) -> Options {
        let preferences = lock(&self.preferences);
        Options {
            detail: preferences.settings.detail,
            moderation: preferences.settings.moderation,
            strings: preferences.strings.clone(),
        }
    }

    /// What a first run says: what this is, and the key to try.
    pub fn welcome(&self) -> String {
        let preferences = lock(&self.preferences);
        let key = |action| preferences.settings.hotkeys.get(action).replace('+', " ");
        let fields = [("screen", &*key(Action::Screen)), ("stop", &*key(Action::Stop))];
        preferences.strings.fill("say.welcome", &fields)
    }

    /// Takes new settings over: saved, then in force everywhere. Hotkeys are the caller's.
    pub fn change(&self, settings: Settings) -> Result<(), Fault> {
        settings.check()?;
        {
            let mut preferences = lock(&self.preferences);
            preferences.store.save(&settings)?;
            preferences.strings = Arc::new(Strings::load(settings.language));
            preferences.settings = settings.clone();
        }
        self.talker.adopt(manner(&settings));
        self.assistant.adopt(describing::choice(&settings));
        self.archive.shrink(&settings);
        self.send(Event::Options(self.options()));
        Ok(())
    }

    /// What does not work, from now on.
    pub fn set_problems(&self, problems: Vec<Fault>) {
        lock(&self.preferences).problems = problems;
    }

    /// All that the window shows.
    pub fn snapshot(&self) -> Snapshot {
        let preferences = lock(&self.preferences);
        let (mut view, history) = (self.view(), self.history());
        Snapshot {
            strings: preferences.strings.table().clone(),
            language: preferences.strings.language.to_owned(),
            settings: preferences.settings.clone(),
            status: view.status.into(),
            heard: view.heard.clone(),
            entries: history.entries(),
            current: history.current,
            found: view.found.clone(),
            packs: offered::packs(&view.coming),
            welcome: view.welcome,
            focus: view.focus.take(),
            problems: preferences.told_problems(),
        }
    }

    /// The update after settings changed.
    pub fn settings_update(&self) -> Update {
        let preferences = lock(&self.preferences);
        Update::Settings {
            settings: preferences.settings.clone(),
            strings: preferences.strings.table().clone(),
            language: preferences.strings.language.to_owned(),
            problems: preferences.told_problems(),
        }
    }

    /// The update after packs came or went.
    pub fn packs_update(&self) -> Update {
        Update::Packs {
            packs: offered::packs(&self.view().coming),
        }
    }

    /// The update after a search.
    pub fn found_update(&self) -> Update {
        let found = self.view().found.clone();
        Update::Found { found }
    }

    /// The update after the history changed.
    pub fn entries_update(&self) -> Update {
        let history = self.history();
        Update::Entries {
            entries: history.entries(),
            current: history.current,
        }
    }
}

/// How the settings want words spoken.
pub fn manner(settings: &Settings) -> Manner {
    Manner {
        voice: settings.voice.clone(),
        rate: settings.rate,
        volume: settings.volume,
    }
}
