//! The session's ears: the microphone and the pack `ears`, which is in memory only while a question is heard.

use std::sync::mpsc::Sender;

use eyebright_models::Cancel;

use crate::ears;
use crate::fault::Fault;
use crate::session::{Event, Listen};

/// Hears questions, and tells the session when one has ended and is being written down.
pub struct Hearing(pub Sender<Event>);

impl Listen for Hearing {
    fn listen(&self, cancel: &Cancel) -> Result<String, Fault> {
        let ended = || {
            // A closed session wants no sound.
            let _ = self.0.send(Event::SpeechEnded);
        };
        ears::words(ears::question::hear(None, cancel, || {}, ended)?)
    }
}
