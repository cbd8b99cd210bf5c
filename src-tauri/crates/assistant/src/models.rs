//! The models in memory: loaded when they are first needed, dropped when they were idle for long.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use eyebright_domain::{Fault, lock};
use eyebright_models::{Describer, Device, Language, Moderation, Pack, Reader};
use eyebright_store::packs;

use crate::opening;

/// Which models look, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Name or folder of the one that should describe and answer.
    pub pack: String,
    /// It is dropped after so long without use.
    pub keep: Duration,
    /// Whether pictures are judged, where the pack for that is here.
    pub judges: bool,
    /// In which descriptions are said.
    pub language: Language,
}

/// Hears of a model that cannot be used.
pub(crate) type Tell = Box<dyn Fn(Fault) + Send + Sync>;

/// Models that come and go.
pub(crate) struct Models(Arc<Shared>);

struct Shared {
    slot: Mutex<Slot>,
    changed: Condvar,
    tell: Tell,
}

struct Slot {
    choice: Choice,
    /// Glance, which does what no other model is chosen for.
    glance: Option<Arc<Describer>>,
    /// Another model that was chosen.
    chosen: Option<Arc<Describer>>,
    /// It could not be used, which is told once.
    is_broken: bool,
    /// Counts the choices: what one model has seen in a picture is of no use to another.
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

    /// Another model is chosen, or the same one again.
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
    /// Loads nothing yet.
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

    /// A model that was loaded already and stays.
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

    /// In which descriptions are said.
    pub fn language(&self) -> Language {
        self.lock().choice.language
    }

    /// Takes another choice over. Tells whether it is of another model.
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

    /// Packs came or went: a model that could not be used may be whole again, and one that could may be gone.
    pub fn forgive(&self) {
        let mut slot = self.lock();
        if slot.choice.pack != packs::GLANCE {
            slot.choose();
        }
    }

    /// Whether pictures are judged.
    pub fn judges(&self) -> bool {
        self.lock().choice.judges && packs::is_here("care")
    }

    /// The model that the person chose, loaded if it is not in memory, and the number of that choice. Where it cannot be used that is
    /// told, and glance goes on.
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

    /// Glance, loaded if it is not in memory.
    pub fn glance(&self) -> Result<Arc<Describer>, Fault> {
        let open = || Ok(Describer::open(&Pack::glance()?, &Device::Cpu)?);
        self.loaded(|slot| &mut slot.glance, open)
    }

    /// What reads text, loaded if it is not in memory.
    pub fn reader(&self) -> Result<Arc<Reader>, Fault> {
        self.loaded(|slot| &mut slot.reader, opening::open_reader)
    }

    /// What warns of nudity, loaded if it is not in memory.
    pub fn moderation(&self) -> Result<Arc<Moderation>, Fault> {
        self.loaded(|slot| &mut slot.moderation, opening::open_moderation)
    }

    /// A part of what is in memory, opened if it is not.
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
    /// Sleeps until something is loaded or has been idle for long enough, then drops it.
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
        // Without a model there is nothing to wait for but a change.
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
