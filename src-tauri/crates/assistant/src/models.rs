//! The models in memory: loaded when first needed, dropped after a time without use.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use eyebright_domain::{Fault, lock};
use eyebright_models::{Describer, Device, Language, Moderation, Pack, Reader};
use eyebright_store::packs;

use crate::opening;

/// Settings for the models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Name of the pack, or folder of the model, that describes and answers.
    pub pack: String,
    /// Models are dropped after this time without use.
    pub keep: Duration,
    /// True if pictures are judged for nudity, provided that the pack was fetched.
    pub judges: bool,
    /// Language of the descriptions.
    pub language: Language,
}

/// Called with the fault of a model that cannot be used.
pub(crate) type Tell = Box<dyn Fn(Fault) + Send + Sync>;

/// The loaded models, with a thread that drops idle ones.
pub(crate) struct Models(Arc<Shared>);

struct Shared {
    slot: Mutex<Slot>,
    changed: Condvar,
    tell: Tell,
}

struct Slot {
    choice: Choice,
    /// The built-in model, also used where the chosen one fails.
    glance: Option<Arc<Describer>>,
    /// The chosen model, if it is another one.
    chosen: Option<Arc<Describer>>,
    /// True if the chosen model could not be loaded, which has been reported.
    is_broken: bool,
    /// Counts model choices, because the findings of one model are of no use to another.
    turn: u64,
    reader: Option<Arc<Reader>>,
    moderation: Option<Arc<Moderation>>,
    used: Instant,
}

impl Slot {
    fn new(choice: Choice) -> Self {
        Self {
            choice,
            glance: None,
            chosen: None,
            is_broken: false,
            turn: 0,
            reader: None,
            moderation: None,
            used: Instant::now(),
        }
    }

    /// Drops the chosen model, because of a new choice or to load it again.
    fn choose(&mut self) {
        self.chosen = None;
        self.is_broken = false;
        self.turn += 1;
    }

    fn is_empty(&self) -> bool {
        self.glance.is_none() && self.chosen.is_none() && self.reader.is_none() && self.moderation.is_none()
    }

    fn clear(&mut self) {
        self.glance = None;
        self.chosen = None;
        self.reader = None;
        self.moderation = None;
    }
}

impl Models {
    /// Loads nothing yet. Starts the thread that drops idle models.
    pub fn new(choice: Choice, tell: Tell) -> Self {
        let models = Self::of(Slot::new(choice), tell);
        let weak = Arc::downgrade(&models.0);
        thread::spawn(move || {
            while let Some(shared) = weak.upgrade() {
                shared.unload_when_idle();
            }
        });
        models
    }

    /// Holds a model that is already loaded and is never dropped.
    pub fn resident(describer: Arc<Describer>) -> Self {
        let mut slot = Slot::new(Choice {
            pack: packs::GLANCE.to_owned(),
            keep: Duration::MAX,
            judges: true,
            language: Language::English,
        });
        slot.chosen = Some(describer);
        Self::of(slot, Box::new(|_| {}))
    }

    fn of(slot: Slot, tell: Tell) -> Self {
        Self(Arc::new(Shared {
            slot: Mutex::new(slot),
            changed: Condvar::new(),
            tell,
        }))
    }

    /// Language of the descriptions.
    pub fn language(&self) -> Language {
        self.lock().choice.language
    }

    /// Applies a new choice. Returns true if it names another model.
    pub fn adopt(&self, choice: Choice) -> bool {
        let mut slot = self.lock();
        let is_new = slot.choice.pack != choice.pack;
        slot.choice = choice;
        if is_new {
            slot.choose();
        }
        drop(slot);
        self.0.changed.notify_all();
        is_new
    }

    /// Forgets the chosen model and its failure, and loads it again when needed. Call when packs were added or removed.
    pub fn forgive(&self) {
        let mut slot = self.lock();
        if slot.choice.pack != packs::GLANCE {
            slot.choose();
        }
    }

    /// True if pictures are judged for nudity.
    pub fn judges(&self) -> bool {
        self.lock().choice.judges && packs::is_here("care")
    }

    /// The chosen model, loaded if needed, and the number of that choice. If it cannot be used, reports that and
    /// returns glance.
    pub fn chosen(&self) -> Result<(Arc<Describer>, u64), Fault> {
        let mut slot = self.lock();
        slot.used = Instant::now();
        let turn = slot.turn;
        if let Some(chosen) = &slot.chosen {
            return Ok((chosen.clone(), turn));
        }
        if slot.choice.pack != packs::GLANCE && !slot.is_broken {
            match opening::open_describer(Path::new(&slot.choice.pack), &Device::Cpu) {
                Ok((describer, _)) => {
                    let chosen = Arc::new(describer);
                    slot.chosen = Some(chosen.clone());
                    self.0.changed.notify_all();
                    return Ok((chosen, turn));
                }
                Err(fault) => {
                    slot.is_broken = true;
                    (self.0.tell)(unusable(&slot.choice.pack, &fault));
                }
            }
        }
        drop(slot);
        Ok((self.glance()?, turn))
    }

    /// Glance, the built-in model, loaded if needed.
    pub fn glance(&self) -> Result<Arc<Describer>, Fault> {
        let open = || Ok(Describer::open(&Pack::glance()?, &Device::Cpu)?);
        self.loaded(|slot| &mut slot.glance, open)
    }

    /// The text reader, loaded if needed.
    pub fn reader(&self) -> Result<Arc<Reader>, Fault> {
        self.loaded(|slot| &mut slot.reader, opening::open_reader)
    }

    /// The nudity classifier, loaded if needed.
    pub fn moderation(&self) -> Result<Arc<Moderation>, Fault> {
        self.loaded(|slot| &mut slot.moderation, opening::open_moderation)
    }

    /// Returns one of the models, opening it if it is not loaded.
    fn loaded<T>(
        &self,
        part: fn(&mut Slot) -> &mut Option<Arc<T>>,
        open: impl FnOnce() -> Result<T, Fault>,
    ) -> Result<Arc<T>, Fault> {
        let mut slot = self.lock();
        slot.used = Instant::now();
        let part = part(&mut slot);
        if let Some(loaded) = part {
            return Ok(loaded.clone());
        }
        let loaded = Arc::new(open()?);
        *part = Some(loaded.clone());
        self.0.changed.notify_all();
        Ok(loaded)
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        lock(&self.0.slot)
    }
}

impl Shared {
    /// Drops all models if they have been idle for long enough. Else waits until they will be, or until something
    /// changes.
    fn unload_when_idle(&self) {
        let mut slot = lock(&self.slot);
        let is_loaded = !slot.is_empty();
        let left = slot.choice.keep.saturating_sub(slot.used.elapsed());
        if is_loaded && left.is_zero() {
            slot.clear();
            drop(slot);
            eyebright_models::process::return_freed_memory();
            return;
        }
        // With nothing loaded there is no deadline: just wait for a change.
        let left = if is_loaded { left } else { Duration::from_hours(1) };
        drop(self.changed.wait_timeout(slot, left));
    }
}

fn unusable(pack: &str, fault: &Fault) -> Fault {
    let message = format!(
        "The model {pack} cannot be used, so the built-in one goes on. {} Or choose another one in the settings.",
        fault.message
    );
    Fault::new("model_unusable", message)
}
