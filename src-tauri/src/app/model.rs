//! The model in memory: loaded when it is first needed, dropped when it was idle for long.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use eyebright_models::description::{Evidence, text};
use eyebright_models::question::{TextLine, Turn};
use eyebright_models::reader::Line;
use eyebright_models::{Cancel, Describer, Device, Pack, Picture, Reader};

use crate::fault::Fault;
use crate::lock::lock;
use crate::packs;
use crate::session::{Describe, Readout, Words};
use crate::stopwatch::Stopwatch;

/// A model that comes and goes.
#[derive(Clone)]
pub struct Model(Arc<Inner>);

struct Inner {
    slot: Mutex<Slot>,
    changed: Condvar,
    /// What was last looked at.
    looked: Mutex<Option<Looked>>,
}

/// A picture that questions may come about.
struct Looked {
    picture: Arc<Picture>,
    evidence: Arc<Evidence>,
    /// Its text, once it was read.
    lines: Option<Arc<Vec<Line>>>,
    /// What was asked so far.
    turns: Vec<Turn>,
}

struct Slot {
    describer: Option<Arc<Describer>>,
    reader: Option<Arc<Reader>>,
    used: Instant,
    /// It is dropped after so long without use.
    keep: Duration,
}

impl Model {
    /// Loads nothing yet.
    pub fn new(keep: Duration) -> Self {
        let inner = Arc::new(Inner {
            slot: Mutex::new(Slot {
                describer: None,
                reader: None,
                used: Instant::now(),
                keep,
            }),
            changed: Condvar::new(),
            looked: Mutex::default(),
        });
        let weak = Arc::downgrade(&inner);
        thread::spawn(move || {
            while let Some(inner) = weak.upgrade() {
                inner.unload_when_idle();
            }
        });
        Self(inner)
    }

    /// How long it may be idle from now on.
    pub fn keep_for(&self, keep: Duration) {
        self.0.lock().keep = keep;
        self.0.changed.notify_all();
    }

    /// Begins to load, so that the picture need not wait for it.
    pub fn warm(&self) {
        let model = self.clone();
        thread::spawn(move || {
            // A failure comes again, and is told, when the model is used.
            let _ = model.describer();
        });
    }

    /// The model, loaded if it is not in memory.
    pub fn describer(&self) -> Result<Arc<Describer>, Fault> {
        let mut slot = self.0.lock();
        slot.used = Instant::now();
        if let Some(describer) = &slot.describer {
            return Ok(describer.clone());
        }
        let describer = Arc::new(Describer::open(&Pack::glance()?, &Device::Cpu)?);
        slot.describer = Some(describer.clone());
        self.0.changed.notify_all();
        Ok(describer)
    }

    fn reader(&self) -> Result<Arc<Reader>, Fault> {
        let mut slot = self.0.lock();
        slot.used = Instant::now();
        if let Some(reader) = &slot.reader {
            return Ok(reader.clone());
        }
        let reader = Arc::new(Reader::open(&packs::open("reader")?)?);
        slot.reader = Some(reader.clone());
        self.0.changed.notify_all();
        Ok(reader)
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
        let is_loaded = slot.describer.is_some() || slot.reader.is_some();
        if is_loaded && left.is_zero() {
            let mut slot = slot;
            slot.describer = None;
            slot.reader = None;
            drop(slot);
            crate::tuning::return_freed_memory();
            return;
        }
        // Without a model there is nothing to wait for but a change.
        let left = if is_loaded { left } else { Duration::from_hours(1) };
        drop(self.changed.wait_timeout(slot, left));
    }
}

impl Model {
    /// What there is in a picture; it is looked at once for its description and all questions.
    fn evidence(&self, describer: &Describer, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Arc<Evidence>, Fault> {
        if let Some(looked) = lock(&self.0.looked).as_ref()
            && Arc::ptr_eq(&looked.picture, picture)
        {
            return Ok(looked.evidence.clone());
        }
        let (evidence, _) = describer.evidence(picture, cancel, &Stopwatch::start(), &mut |_| {})?;
        let evidence = Arc::new(evidence);
        *lock(&self.0.looked) = Some(Looked {
            picture: picture.clone(),
            evidence: evidence.clone(),
            lines: None,
            turns: Vec::new(),
        });
        Ok(evidence)
    }

    /// The text in a picture; it is read once.
    fn lines(&self, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Arc<Vec<Line>>, Fault> {
        let is_it = |looked: &&mut Looked| Arc::ptr_eq(&looked.picture, picture);
        if let Some(lines) = lock(&self.0.looked)
            .as_mut()
            .filter(is_it)
            .and_then(|looked| looked.lines.clone())
        {
            return Ok(lines);
        }
        let lines = Arc::new(self.reader()?.read(picture, cancel)?);
        if let Some(looked) = lock(&self.0.looked).as_mut().filter(is_it) {
            looked.lines = Some(lines.clone());
        }
        Ok(lines)
    }
}

impl Describe for Model {
    fn describe(&self, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Words, Fault> {
        let describer = self.describer()?;
        let evidence = self.evidence(&describer, picture, cancel)?;
        Ok(Words::new(describer.compose(&evidence), packs::is_here("reader")))
    }

    fn read(&self, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Readout, Fault> {
        let lines = self.lines(picture, cancel)?;
        Ok(Readout {
            headline: text::headline(&lines),
            lines: text::all(&lines),
        })
    }

    fn answer(&self, picture: &Arc<Picture>, question: &str, cancel: &Cancel) -> Result<String, Fault> {
        let describer = self.describer()?;
        let evidence = self.evidence(&describer, picture, cancel)?;
        let is_it = |looked: &&mut Looked| Arc::ptr_eq(&looked.picture, picture);
        let turns = lock(&self.0.looked)
            .as_mut()
            .filter(is_it)
            .map_or_else(Vec::new, |looked| looked.turns.clone());
        let mut answer = describer.answer(&evidence, picture, None, &turns, question);
        if answer.turn.is_about_text() && packs::is_here("reader") {
            let lines = self.lines(picture, cancel)?;
            let lines: Vec<TextLine<'_>> = lines.iter().map(TextLine::from).collect();
            answer = describer.answer(&evidence, picture, Some(&lines), &turns, question);
        }
        if let Some(looked) = lock(&self.0.looked).as_mut().filter(is_it) {
            looked.turns.push(answer.turn);
        }
        Ok(answer.text)
    }
}
