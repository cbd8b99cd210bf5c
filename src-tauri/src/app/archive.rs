//! The history on disk, shared by all threads of the app. A thread of its own writes, so that no caller waits for the
//! disk.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use eyebright_assistant::Assistant;
use eyebright_assistant::find::{self, Found};
use eyebright_domain::{Fault, Words, lock};
use eyebright_models::{Cancel, Picture};
use eyebright_session::{Event, Seen};
use eyebright_store::history::export::ExportError;
use eyebright_store::history::{self, Entry, HistoryError, Limits, Opened, Store, Trace, Vector};
use eyebright_store::settings::Settings;

use super::thumbnail;

/// Time without tasks after which missing image features are computed.
const QUIET: Duration = Duration::from_millis(200);

/// A task for the writing thread.
enum Task {
    Keep(u64, Seen, Words, Vec<String>, Limits),
    Place(Vec<(u64, Trace)>),
    Extend(u64, Vec<String>),
    Text(u64, Vec<String>),
    Forget(Option<u64>),
    Shrink(Limits),
}

/// The history on disk, opened when first needed.
#[derive(Clone)]
pub struct Archive {
    inner: Arc<Inner>,
    tasks: Sender<Task>,
}

struct Inner {
    place: Option<PathBuf>,
    store: Mutex<Option<Store>>,
    assistant: Assistant,
    events: Sender<Event>,
    /// True if the last task failed and that was reported, so that a full disk is not reported with every picture.
    told: AtomicBool,
}

impl Archive {
    /// Starts the writing thread. Opens nothing yet.
    pub fn start(assistant: Assistant, events: Sender<Event>) -> Self {
        let inner = Arc::new(Inner {
            place: history::place(),
            store: Mutex::default(),
            assistant,
            events,
            told: AtomicBool::new(false),
        });
        let (tasks, inbox) = mpsc::channel();
        let writer = inner.clone();
        thread::spawn(move || writer.work(&inbox));
        Self { inner, tasks }
    }

    /// Adds an entry.
    pub fn keep(&self, id: u64, seen: Seen, words: Words, said: Vec<String>, settings: &Settings) {
        self.later(Task::Keep(id, seen, words, said, limits(settings)));
    }

    /// Appends sentences to an entry.
    pub fn extend(&self, id: u64, sentences: &[String]) {
        self.later(Task::Extend(id, sentences.to_vec()));
    }

    /// Adds the text that was read in an entry's picture.
    pub fn has_text(&self, id: u64, lines: &[String]) {
        self.later(Task::Text(id, lines.to_vec()));
    }

    /// Removes an entry, or all if None, once earlier tasks are done.
    pub fn forget(&self, id: Option<u64>) {
        self.later(Task::Forget(id));
    }

    /// Removes the oldest entries beyond the limits of the settings.
    pub fn shrink(&self, settings: &Settings) {
        self.later(Task::Shrink(limits(settings)));
    }

    fn later(&self, task: Task) {
        // The thread lives as long as the app.
        let _ = self.tasks.send(task);
    }

    /// The entry with this number, if it is on disk.
    pub fn get(&self, id: u64) -> Option<Entry> {
        self.inner.with(|store| store.get(id)).ok().flatten()
    }

    /// Finds entries by words, best first.
    pub fn find(&self, words: &str, cancel: &Cancel) -> Result<Vec<Found>, Fault> {
        let candidates = |vector: &Vector| self.inner.with(|store| find::candidates(store, words, vector));
        let glance = self.inner.assistant.glance()?;
        let find::Answer { found, looked } = find::search(&glance, words, candidates, cancel)?;
        if !looked.is_empty() {
            self.later(Task::Place(looked));
        }
        Ok(found)
    }

    /// Exports all entries into a folder. Returns their number.
    pub fn export(&self, folder: &Path) -> Result<u64, Fault> {
        let exported = self.inner.with(|store| match store.export(folder) {
            Ok(count) => Ok(Ok(count)),
            Err(ExportError::Folder(error)) => Ok(Err(error)),
            Err(ExportError::History(error)) => Err(error),
        })?;
        exported.map_err(|error| Fault::unwritable(folder, &error))
    }
}

impl Inner {
    fn work(&self, inbox: &Receiver<Task>) {
        // Entries below this number may lack image features, because an earlier version stored them. None: nothing to
        // catch up.
        let mut behind = None;
        loop {
            let task = match behind {
                Some(_) => inbox.recv_timeout(QUIET),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match (task, behind) {
                (Ok(task), _) => {
                    // The model is in memory now, so missing features can be computed cheaply.
                    if matches!(task, Task::Keep(..)) {
                        behind = Some(u64::MAX);
                    }
                    self.tell(self.carry_out(task));
                }
                // A failure here will occur again, and be reported, at the next picture.
                (Err(RecvTimeoutError::Timeout), Some(before)) => behind = self.catch_up(before).unwrap_or_default(),
                (Err(_), _) => return,
            }
        }
    }

    /// Computes and stores the features of the newest entry below `before` that has none. Returns its number, from
    /// which to continue; None if there is no such entry.
    fn catch_up(&self, before: u64) -> Result<Option<u64>, Fault> {
        let describer = self.assistant.glance()?;
        let Some((id, jpeg)) = self.with(|store| store.unplaced(before, describer.space()))? else {
            return Ok(None);
        };
        // An entry whose JPEG cannot be decoded can still be found by its text.
        if let Ok(picture) = Picture::decode(&jpeg, &eyebright_models::Limits::default()) {
            let trace = find::trace(&describer, &describer.look(&picture)?)?;
            self.with(|store| store.place(id, &trace))?;
        }
        Ok(Some(id))
    }

    fn carry_out(&self, task: Task) -> Result<(), Fault> {
        match task {
            Task::Keep(id, seen, words, said, limits) => {
                let entry = Entry {
                    id,
                    time: now_ms() as i64 / 1000,
                    name: seen.name,
                    path: seen.path,
                    words,
                    said,
                    jpeg: thumbnail::jpeg(&seen.picture, thumbnail::KEPT_SIDE),
                };
                self.with(|store| store.keep(&entry, limits))?;
                let trace = self.assistant.trace(&seen.picture)?;
                self.with(|store| store.place(id, &trace))
            }
            Task::Place(looked) => self.with(|store| find::keep(store, &looked)),
            Task::Extend(id, sentences) => self.with(|store| store.extend(id, &sentences)),
            Task::Text(id, lines) => self.with(|store| store.has_text(id, &lines)),
            Task::Forget(Some(id)) => self.with(|store| store.forget(id)),
            Task::Forget(None) => self.with(Store::clear),
            Task::Shrink(limits) => self.with(|store| store.shrink(limits)),
        }
    }

    fn tell(&self, result: Result<(), Fault>) {
        match result {
            Ok(()) => self.told.store(false, Ordering::Relaxed),
            Err(fault) if !self.told.swap(true, Ordering::Relaxed) => drop(self.events.send(Event::Trouble(fault))),
            Err(_) => {}
        }
    }

    /// Calls `act` with the store, opening it if needed. If it turns out to be damaged, begins a new one and fails.
    fn with<R>(&self, act: impl FnOnce(&mut Store) -> Result<R, HistoryError>) -> Result<R, Fault> {
        let place = self.place.as_deref().ok_or_else(Fault::no_data_folder)?;
        let mut slot = lock(&self.store);
        let store = if let Some(store) = &mut *slot {
            store
        } else {
            let Opened { store, aside } = Store::open(place)?;
            if let Some(aside) = aside {
                let _ = self.events.send(Event::Trouble(anew(&aside)));
            }
            slot.insert(store)
        };
        let result = act(store);
        if matches!(result, Err(HistoryError::Damaged)) {
            *slot = None;
            let Opened { store, aside } = Store::begin_anew(place)?;
            *slot = Some(store);
            return Err(anew(&aside.unwrap_or_default()));
        }
        Ok(result?)
    }
}

fn anew(aside: &str) -> Fault {
    let message = format!("The history was damaged. The damaged file is kept as {aside}, and a new history was begun.");
    Fault::new("history_anew", message)
}

fn limits(settings: &Settings) -> Limits {
    Limits {
        entries: settings.history_entries,
        megabytes: settings.history_megabytes,
    }
}

/// Milliseconds since 1970: the number of a session's first entry.
pub fn now_ms() -> u64 {
    // A clock set before 1970 counts as 0.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis() as u64
}
