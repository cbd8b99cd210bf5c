//! The model in memory: loaded when it is first needed, dropped when it was idle for long.

use std::path::Path;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use eyebright_assistant::Stopwatch;
use eyebright_assistant::find;
use eyebright_assistant::opening;
use eyebright_domain::{Fault, Words, lock};
use eyebright_models::description::{Evidence, text};
use eyebright_models::question::{TextLine, Turn};
use eyebright_models::reader::Line;
use eyebright_models::{Cancel, Describer, Device, Error, Moderation, Pack, Picture, Reader};
use eyebright_session::{Describe, Event, Readout};
use eyebright_store::history::Trace;
use eyebright_store::packs;
use eyebright_store::settings::Settings;

/// A model that comes and goes.
#[derive(Clone)]
pub struct Model(Arc<Inner>);

struct Inner {
    slot: Mutex<Slot>,
    changed: Condvar,
    /// What was last looked at.
    looked: Mutex<Option<Looked>>,
    /// Hears of a model that cannot be used.
    events: Sender<Event>,
}

/// A picture that questions may come about.
struct Looked {
    picture: Arc<Picture>,
    /// By which choice of a model.
    choice: u64,
    evidence: Arc<Evidence>,
    /// Its text, once it was read.
    lines: Option<Arc<Vec<Line>>>,
    /// What was asked so far.
    turns: Vec<Turn>,
}

struct Slot {
    /// Glance, which does what no other model is chosen for.
    describer: Option<Arc<Describer>>,
    /// Another model that was chosen.
    chosen: Option<Arc<Describer>>,
    /// Name or folder of the one that should describe and answer.
    pack: String,
    /// It could not be used, which is told once.
    is_broken: bool,
    /// Counts the choices: what one model has seen in a picture is of no use to another.
    choice: u64,
    reader: Option<Arc<Reader>>,
    moderation: Option<Arc<Moderation>>,
    used: Instant,
    /// It is dropped after so long without use.
    keep: Duration,
    /// Whether pictures are judged, where the pack for that is here.
    judges: bool,
}

impl Model {
    /// Loads nothing yet.
    pub fn new(settings: &Settings, events: Sender<Event>) -> Self {
        let inner = Arc::new(Inner {
            slot: Mutex::new(Slot {
                describer: None,
                chosen: None,
                pack: settings.pack.clone(),
                is_broken: false,
                choice: 0,
                reader: None,
                moderation: None,
                used: Instant::now(),
                keep: keep(settings),
                judges: judges(settings),
            }),
            changed: Condvar::new(),
            looked: Mutex::default(),
            events,
        });
        let weak = Arc::downgrade(&inner);
        thread::spawn(move || {
            while let Some(inner) = weak.upgrade() {
                inner.unload_when_idle();
            }
        });
        Self(inner)
    }

    /// Takes new settings over.
    pub fn adopt(&self, settings: &Settings) {
        let mut slot = self.0.lock();
        slot.keep = keep(settings);
        slot.judges = judges(settings);
        let is_new = slot.pack != settings.pack;
        if is_new {
            slot.pack.clone_from(&settings.pack);
            slot.choose();
        }
        drop(slot);
        self.0.changed.notify_all();
        if is_new {
            // A model that cannot be used is told now, not when a picture is waited for.
            self.warm();
        }
    }

    /// Packs came or went: a model that could not be used may be whole again, and one that could may be gone.
    pub fn forgive(&self) {
        let mut slot = self.0.lock();
        if slot.pack != packs::GLANCE {
            slot.choose();
        }
    }

    /// Begins to load, so that the picture need not wait for it.
    pub fn warm(&self) {
        let model = self.clone();
        thread::spawn(move || {
            // A failure comes again, and is told, when the model is used.
            let _ = model.chosen();
        });
    }

    /// The model that the person chose, loaded if it is not in memory, and the number of that choice. Where it cannot be used that is
    /// told, and glance goes on.
    fn chosen(&self) -> Result<(Arc<Describer>, u64), Fault> {
        let mut slot = self.0.lock();
        slot.used = Instant::now();
        let choice = slot.choice;
        if let Some(chosen) = &slot.chosen {
            return Ok((chosen.clone(), choice));
        }
        if slot.pack != packs::GLANCE && !slot.is_broken {
            match opening::open_describer(Path::new(&slot.pack), &Device::Cpu) {
                Ok((describer, _)) => {
                    let chosen = Arc::new(describer);
                    slot.chosen = Some(chosen.clone());
                    self.0.changed.notify_all();
                    return Ok((chosen, choice));
                }
                Err(fault) => {
                    slot.is_broken = true;
                    // A closed session wants no news.
                    let _ = self.0.events.send(Event::Trouble(unusable(&slot.pack, &fault)));
                }
            }
        }
        drop(slot);
        Ok((self.describer()?, choice))
    }

    /// Glance, loaded if it is not in memory.
    pub fn describer(&self) -> Result<Arc<Describer>, Fault> {
        self.loaded(
            |slot| &mut slot.describer,
            || Ok(Describer::open(&Pack::glance()?, &Device::Cpu)?),
        )
    }

    fn reader(&self) -> Result<Arc<Reader>, Fault> {
        self.loaded(|slot| &mut slot.reader, || Ok(Reader::open(&opening::open("reader")?)?))
    }

    /// Sees whether a picture needs a warning. A description is not lost because that failed.
    fn judge(&self, words: &mut Words, picture: &Picture, cancel: &Cancel) -> Result<(), Fault> {
        if !self.0.lock().judges || !packs::is_here("care") {
            return Ok(());
        }
        let open = || Ok(Moderation::open(&opening::open("care")?)?);
        let moderation = match self.loaded(|slot| &mut slot.moderation, open) {
            Ok(moderation) => moderation,
            Err(fault) => {
                words.unjudged = Some(fault);
                return Ok(());
            }
        };
        match moderation.judge(picture, cancel) {
            Ok(judgement) => words.level = judgement.level,
            Err(Error::Cancelled) => return Err(Error::Cancelled.into()),
            Err(error) => words.unjudged = Some(error.into()),
        }
        Ok(())
    }

    /// A part of what is in memory, opened if it is not.
    fn loaded<T>(
        &self,
        part: fn(&mut Slot) -> &mut Option<Arc<T>>,
        open: impl FnOnce() -> Result<T, Fault>,
    ) -> Result<Arc<T>, Fault> {
        let mut slot = self.0.lock();
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

    /// What is known of a picture, if it is the one that was last looked at.
    fn looked<R>(&self, picture: &Arc<Picture>, ask: impl FnOnce(&mut Looked) -> R) -> Option<R> {
        let mut looked = lock(&self.0.looked);
        let is_it = |looked: &&mut Looked| Arc::ptr_eq(&looked.picture, picture);
        looked.as_mut().filter(is_it).map(ask)
    }

    /// What there is in a picture; it is looked at once for its description and all questions.
    fn evidence(
        &self,
        (describer, choice): (&Describer, u64),
        picture: &Arc<Picture>,
        cancel: &Cancel,
    ) -> Result<Arc<Evidence>, Fault> {
        let known = self.looked(picture, |looked| (looked.choice, looked.evidence.clone()));
        if let Some((_, evidence)) = known.filter(|(by, _)| *by == choice) {
            return Ok(evidence);
        }
        let (evidence, _) = describer.evidence(picture, cancel, &Stopwatch::start(), &mut |_| {})?;
        let evidence = Arc::new(evidence);
        *lock(&self.0.looked) = Some(Looked {
            picture: picture.clone(),
            choice,
            evidence: evidence.clone(),
            lines: None,
            turns: Vec::new(),
        });
        Ok(evidence)
    }

    /// What the history keeps of a picture; one that was just described is not looked at again for it.
    pub fn trace(&self, picture: &Arc<Picture>) -> Result<Trace, Fault> {
        let describer = self.describer()?;
        match self.looked(picture, |looked| looked.evidence.clone()) {
            Some(evidence) => find::trace(&describer, describer.looked(&evidence, picture)?),
            None => find::trace(&describer, &describer.look(picture)?),
        }
    }

    /// The text in a picture; it is read once.
    fn lines(&self, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Arc<Vec<Line>>, Fault> {
        if let Some(lines) = self.looked(picture, |looked| looked.lines.clone()).flatten() {
            return Ok(lines);
        }
        let lines = Arc::new(self.reader()?.read(picture, cancel)?);
        self.looked(picture, |looked| looked.lines = Some(lines.clone()));
        Ok(lines)
    }
}

fn unusable(pack: &str, fault: &Fault) -> Fault {
    let message = format!(
        "The model {pack} cannot be used, so the built-in one goes on. {} Or choose another one in the settings.",
        fault.message
    );
    Fault::new("model_unusable", message)
}

fn keep(settings: &Settings) -> Duration {
    Duration::from_mins(settings.unload_minutes.into())
}

fn judges(settings: &Settings) -> bool {
    settings.moderation != eyebright_domain::Moderation::Off
}

impl Slot {
    /// Another model is chosen, or the same one again.
    fn choose(&mut self) {
        self.chosen = None;
        self.is_broken = false;
        self.choice += 1;
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Slot> {
        lock(&self.slot)
    }

    /// Sleeps until something is loaded or has been idle for long enough, then drops it.
    fn unload_when_idle(&self) {
        let slot = self.lock();
        let idle = slot.used.elapsed();
        let left = slot.keep.saturating_sub(idle);
        let Slot {
            describer,
            chosen,
            reader,
            moderation,
            ..
        } = &*slot;
        let is_loaded = describer.is_some() || chosen.is_some() || reader.is_some() || moderation.is_some();
        if is_loaded && left.is_zero() {
            let mut slot = slot;
            slot.describer = None;
            slot.chosen = None;
            slot.reader = None;
            slot.moderation = None;
            drop(slot);
            eyebright_models::tuning::return_freed_memory();
            return;
        }
        // Without a model there is nothing to wait for but a change.
        let left = if is_loaded { left } else { Duration::from_hours(1) };
        drop(self.changed.wait_timeout(slot, left));
    }
}

impl Describe for Model {
    fn describe(&self, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Words, Fault> {
        let (describer, choice) = self.chosen()?;
        let evidence = self.evidence((&describer, choice), picture, cancel)?;
        let mut words = Words::new(describer.compose(&evidence), packs::is_here("reader"));
        self.judge(&mut words, picture, cancel)?;
        Ok(words)
    }

    fn read(&self, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Readout, Fault> {
        let lines = self.lines(picture, cancel)?;
        Ok(Readout {
            headline: text::headline(&lines),
            lines: text::all(&lines),
        })
    }

    fn answer(&self, picture: &Arc<Picture>, question: &str, cancel: &Cancel) -> Result<String, Fault> {
        let (describer, choice) = self.chosen()?;
        let evidence = self.evidence((&describer, choice), picture, cancel)?;
        let turns = self.looked(picture, |looked| looked.turns.clone()).unwrap_or_default();
        let mut answer = describer.answer(&evidence, picture, None, &turns, question, cancel)?;
        if answer.turn.is_about_text() && packs::is_here("reader") {
            let lines = self.lines(picture, cancel)?;
            let lines: Vec<TextLine<'_>> = lines.iter().map(TextLine::from).collect();
            answer = describer.answer(&evidence, picture, Some(&lines), &turns, question, cancel)?;
        }
        self.looked(picture, |looked| looked.turns.push(answer.turn));
        Ok(answer.text)
    }
}
