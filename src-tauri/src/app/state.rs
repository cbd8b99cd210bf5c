//! The state shared by all parts of the app.

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

/// The state shared by commands, hotkeys, tray and the session's ports.
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
    /// The problems, in the language of the settings.
    fn told_problems(&self) -> Vec<Fault> {
        let problems = self.problems.iter();
        problems.map(|fault| self.strings.translated(fault)).collect()
    }
}

/// The state of the windows.
pub struct View {
    /// The session's status.
    pub status: Status,
    /// The text that was said last.
    pub heard: String,
    /// The last search in the history and its results.
    pub found: Option<Found>,
    /// True while the welcome of the first run is open.
    pub welcome: bool,
    /// The part that gets the focus when the window opens.
    pub focus: Option<Place>,
    /// The frozen screen as JPEG, while a region is being chosen.
    pub screen: Option<Vec<u8>>,
    /// The frame on the frozen screen, and the text that was said about it.
    pub frame: Option<(Rect, String)>,
    /// Names of the packs being fetched.
    pub coming: BTreeSet<String>,
}

impl App {
    /// Makes the state from what is known at the start.
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

    /// Sends an event to the session, which lives as long as the app.
    pub fn send(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// The list of descriptions, locked.
    pub fn history(&self) -> MutexGuard<'_, History> {
        lock(&self.history)
    }

    /// The assistant, which describes pictures and answers questions.
    pub fn assistant(&self) -> &Assistant {
        &self.assistant
    }

    /// The history on disk.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Adds an entry to the list if it is only on disk.
    pub fn bring(&self, id: u64) {
        if !self.history().has(id)
            && let Some(entry) = self.archive.get(id)
        {
            self.history().bring(entry);
        }
    }

    /// Everything that was said about an entry, in the list or on disk, one sentence a line.
    pub fn text(&self, id: u64) -> Option<String> {
        let listed = self.history().text(id);
        listed.or_else(|| Some(self.archive.get(id)?.said.join("\n")))
    }

    /// The picture of an entry, in the list or on disk, as JPEG.
    pub fn picture(&self, id: u64) -> Option<Vec<u8>> {
        let listed = self.history().picture(id).map(<[u8]>::to_vec);
        listed.or_else(|| Some(self.archive.get(id)?.jpeg).filter(|jpeg| !jpeg.is_empty()))
    }

    /// Removes an entry, or all if None, from the list, the search results and the disk.
    pub fn forget(&self, id: Option<u64>) {
        self.archive.forget(id);
        self.history().forget(id);
        match (id, &mut self.view().found) {
            (Some(id), Some(found)) => found.entries.retain(|entry| entry.id != id),
            (_, found) => *found = None,
        }
    }

    /// The state of the windows, locked.
    pub fn view(&self) -> MutexGuard<'_, View> {
        lock(&self.view)
    }

    /// The current settings.
    pub fn settings(&self) -> Settings {
        lock(&self.preferences).settings.clone()
    }

    /// The texts in the current language.
    pub fn strings(&self) -> Arc<Strings> {
        lock(&self.preferences).strings.clone()
    }

    /// The settings that concern the session.
    pub fn options(&self) -> Options {
        let preferences = lock(&self.preferences);
        Options {
            detail: preferences.settings.detail,
            moderation: preferences.settings.moderation,
            strings: preferences.strings.clone(),
        }
    }

    /// The welcome of the first run: says what the app is, and which key to try.
    pub fn welcome(&self) -> String {
        let preferences = lock(&self.preferences);
        let key = |action| preferences.settings.hotkeys.get(action).replace('+', " ");
        let fields = [("screen", &*key(Action::Screen)), ("stop", &*key(Action::Stop))];
        preferences.strings.fill("say.welcome", &fields)
    }

    /// Saves new settings and applies them everywhere, except for hotkeys, which the caller registers.
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

    /// Replaces the list of problems.
    pub fn set_problems(&self, problems: Vec<Fault>) {
        lock(&self.preferences).problems = problems;
    }

    /// The whole state that a window shows.
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

    /// Update for changed settings.
    pub fn settings_update(&self) -> Update {
        let preferences = lock(&self.preferences);
        Update::Settings {
            settings: preferences.settings.clone(),
            strings: preferences.strings.table().clone(),
            language: preferences.strings.language.to_owned(),
            problems: preferences.told_problems(),
        }
    }

    /// Update for packs added or removed.
    pub fn packs_update(&self) -> Update {
        Update::Packs {
            packs: offered::packs(&self.view().coming),
        }
    }

    /// Update for a search.
    pub fn found_update(&self) -> Update {
        let found = self.view().found.clone();
        Update::Found { found }
    }

    /// Update for a changed list of descriptions.
    pub fn entries_update(&self) -> Update {
        let history = self.history();
        Update::Entries {
            entries: history.entries(),
            current: history.current,
        }
    }
}

/// Voice, rate and volume of the settings.
pub fn manner(settings: &Settings) -> Manner {
    Manner {
        voice: settings.voice.clone(),
        rate: settings.rate,
        volume: settings.volume,
    }
}
