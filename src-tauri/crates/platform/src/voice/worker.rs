//! The thread that owns the speech engine. Its calls may hang for ever, so nobody else ever calls it.

use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use tts::{Error, Tts, UtteranceId};

use super::speak::Manner;

/// Time between two checks that the engine still lives, while speech is under way.
const HEARTBEAT: Duration = Duration::from_millis(400);

/// Delay before the second try to connect: a server that is just ending or starting refuses the first.
const SECOND_TRY: Duration = Duration::from_millis(800);

/// A message to the worker, from its client or from the engine's own thread.
#[derive(Debug)]
pub enum Note {
    /// Speak the text; events will carry the number.
    Speak(u64, String),
    /// Fall silent, forget all texts.
    Stop,
    /// Speak like this from now on.
    Manner(Manner),
    /// The client is gone.
    Quit,
    /// The engine began an utterance.
    Began(String),
    /// The engine ended or dropped an utterance.
    Ended(String),
}

/// A message from the worker to its client.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// The engine answers.
    Alive,
    /// It began the text of that number.
    Began(u64),
    /// It ended the text of that number.
    Ended(u64),
    /// It has fallen silent.
    Stopped,
    /// It cannot be reached (any more).
    Lost(String),
}

/// The client's channels to and from a running worker.
#[derive(Debug)]
pub struct Link {
    /// Messages to the worker.
    pub notes: Sender<Note>,
    /// Messages from the worker; the first one is `Alive` or `Lost`.
    pub events: Receiver<Event>,
}

/// Starts a worker for the system's engine.
pub fn start() -> Link {
    let (notes, inbox) = mpsc::channel();
    let (outbox, events) = mpsc::channel();
    let from_engine = notes.clone();
    thread::spawn(move || {
        if let Err(error) = run(&inbox, &from_engine, &outbox) {
            // The client may have given up on this worker.
            let _ = outbox.send(Event::Lost(error.to_string()));
        }
    });
    Link { notes, events }
}

fn run(inbox: &Receiver<Note>, from_engine: &Sender<Note>, outbox: &Sender<Event>) -> Result<(), Error> {
    // Never dropped: an event that arrives after the drop makes the crate panic in the engine's C thread.
    let mut engine = ManuallyDrop::new(Tts::default().or_else(|_| {
        thread::sleep(SECOND_TRY);
        Tts::default()
    })?);
    let note = |kind: fn(String) -> Note| -> Option<Box<dyn FnMut(UtteranceId)>> {
        let from_engine = from_engine.clone();
        Some(Box::new(move |id| {
            let _ = from_engine.send(kind(key(id)));
        }))
    };
    engine.on_utterance_begin(note(Note::Began))?;
    engine.on_utterance_end(note(Note::Ended))?;
    engine.on_utterance_stop(note(Note::Ended))?;
    let mut rate = engine.get_rate()?;
    let tell = |event| {
        let _ = outbox.send(event);
    };
    tell(Event::Alive);

    let mut under_way: HashMap<String, u64> = HashMap::new();
    loop {
        let next = if under_way.is_empty() {
            inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            inbox.recv_timeout(HEARTBEAT)
        };
        match next {
            Ok(Note::Speak(number, text)) => match engine.speak(text, false)? {
                Some(id) => {
                    under_way.insert(key(id), number);
                }
                None => tell(Event::Ended(number)),
            },
            Ok(Note::Stop) => {
                under_way.clear();
                engine.stop()?;
                tell(Event::Stopped);
            }
            Ok(Note::Manner(manner)) => rate = adopt(&mut engine, &manner)?,
            Ok(Note::Began(id)) => {
                if let Some(&number) = under_way.get(&id) {
                    tell(Event::Began(number));
                }
            }
            Ok(Note::Ended(id)) => {
                if let Some(number) = under_way.remove(&id) {
                    tell(Event::Ended(number));
                }
            }
            // A command that changes nothing and fails on a dead connection; a wedged server lets it hang.
            Err(RecvTimeoutError::Timeout) => {
                engine.set_rate(rate)?;
                tell(Event::Alive);
            }
            Ok(Note::Quit) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

/// Applies a manner of speaking, and returns the rate in the engine's own units. If the voice is gone, the one before
/// stays.
fn adopt(engine: &mut Tts, manner: &Manner) -> Result<f32, Error> {
    let (slowest, normal, fastest) = (engine.min_rate(), engine.normal_rate(), engine.max_rate());
    // A factor of two is one step; four is as fast as it goes.
    let steps = manner.rate.clamp(0.25, 4.0).log2() / 2.0;
    let rate = if steps < 0.0 {
        normal + (normal - slowest) * steps
    } else {
        normal + (fastest - normal) * steps
    };
    engine.set_rate(rate)?;
    let (lowest, loudest) = (engine.min_volume(), engine.max_volume());
    engine.set_volume(lowest + (loudest - lowest) * manner.volume.clamp(0.0, 1.0))?;
    // Looking through all voices takes seconds on Linux.
    if !manner.voice.is_empty()
        && let Some(voice) = engine.voices()?.iter().find(|voice| voice.id() == manner.voice)
    {
        engine.set_voice(voice)?;
    }
    Ok(rate)
}

/// The id of an utterance as text: ids can be compared on some systems only, but printed on all.
fn key(id: UtteranceId) -> String {
    format!("{id:?}")
}
