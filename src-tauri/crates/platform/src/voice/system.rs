//! The client of the speech worker: keeps the texts until they were heard, notices a dead, wedged or mute engine, and
//! starts another worker once when the engine was lost.

use std::collections::VecDeque;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use super::speak::{Manner, Speak, SpeechError};
use super::worker::{self, Event, Link, Note};

/// Time limits for the engine.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// The engine may take this long to start: its server may have to be started too.
    start: Duration,
    /// A started engine may be silent towards us for this long (its heartbeat is much quicker).
    answer: Duration,
    /// It may take this long to begin a text: another program may be speaking.
    begin: Duration,
    /// How late the end of a text may be reported, beyond the time for its characters.
    late_end: Duration,
    /// Time that slow voices take for a character.
    per_character: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            start: Duration::from_secs(6),
            answer: Duration::from_secs(3),
            begin: Duration::from_secs(20),
            late_end: Duration::from_secs(4),
            per_character: Duration::from_millis(150),
        }
    }
}

/// The system's speech engine.
pub struct SystemVoice {
    start_worker: Box<dyn Fn() -> Link + Send>,
    patience: Patience,
    link: Link,
    started: bool,
    heard_of: Instant,
    /// Texts that have not ended yet, in order.
    queue: VecDeque<Text>,
    next_number: u64,
    rebuilt: bool,
    /// The latest manner of speaking, for a worker that is started anew.
    manner: Option<Manner>,
    failed: Option<SpeechError>,
}

struct Text {
    number: u64,
    words: String,
    /// Deadline for its begin, then for its end; set once it is first in the queue.
    due: Option<Instant>,
}

impl SystemVoice {
    /// Starts the engine in the background.
    pub fn start() -> Self {
        Self::with_worker(Box::new(worker::start), Patience::default())
    }

    fn with_worker(start_worker: Box<dyn Fn() -> Link + Send>, patience: Patience) -> Self {
        let link = start_worker();
        Self {
            start_worker,
            patience,
            link,
            started: false,
            heard_of: Instant::now(),
            queue: VecDeque::new(),
            next_number: 0,
            rebuilt: false,
            manner: None,
            failed: None,
        }
    }

    fn send(&mut self, note: Note) {
        // A worker that is gone shows as a closed event channel.
        let _ = self.link.notes.send(note);
    }

    /// Handles one event, or waits for `look`, and then checks the time limits.
    fn step(&mut self, look: Duration) -> Result<(), SpeechError> {
        match self.link.events.recv_timeout(look) {
            Ok(event) => self.take(event),
            Err(RecvTimeoutError::Disconnected) => self.rebuild(SpeechError::NoEngine {
                reason: "it stopped working".to_owned(),
            }),
            Err(RecvTimeoutError::Timeout) => Ok(()),
        }?;
        let now = Instant::now();
        let limit = if self.started {
            self.patience.answer
        } else {
            self.patience.start
        };
        if now - self.heard_of > limit {
            return self.rebuild(SpeechError::NoAnswer);
        }
        match self.queue.front_mut() {
            Some(Text { due: Some(due), .. }) if now > *due => Err(SpeechError::Stuck),
            Some(Text { due: due @ None, .. }) if self.started => {
                *due = Some(now + self.patience.begin);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn take(&mut self, event: Event) -> Result<(), SpeechError> {
        let Patience {
            late_end,
            per_character,
            ..
        } = self.patience;
        self.heard_of = Instant::now();
        match event {
            Event::Lost(reason) => return self.rebuild(SpeechError::NoEngine { reason }),
            Event::Began(number) => {
                if let Some(text) = self.queue.iter_mut().find(|text| text.number == number) {
                    text.due = Some(self.heard_of + late_end + per_character * text.words.chars().count() as u32);
                }
            }
            Event::Ended(number) => {
                self.queue.retain(|text| text.number != number);
                // It works again: the next loss is another one.
                self.rebuilt = false;
            }
            Event::Alive | Event::Stopped => {}
        }
        self.started = true;
        Ok(())
    }

    /// Replaces a lost worker, once. The new one gets the texts that were not spoken to their end.
    fn rebuild(&mut self, error: SpeechError) -> Result<(), SpeechError> {
        // An engine that never started will not start the second time either.
        if self.rebuilt || !self.started {
            return Err(error);
        }
        self.rebuilt = true;
        self.started = false;
        self.link = (self.start_worker)();
        self.heard_of = Instant::now();
        if let Some(manner) = self.manner.clone() {
            self.send(Note::Manner(manner));
        }
        for text in &mut self.queue {
            text.due = None;
            let _ = self.link.notes.send(Note::Speak(text.number, text.words.clone()));
        }
        Ok(())
    }
}

impl Speak for SystemVoice {
    fn speak(&mut self, text: &str) {
        if self.failed.is_some() {
            return;
        }
        // An idle worker has no heartbeat: the clock starts now.
        if self.queue.is_empty() && self.started {
            self.heard_of = Instant::now();
        }
        let number = self.next_number;
        self.next_number += 1;
        self.queue.push_back(Text {
            number,
            words: text.to_owned(),
            due: None,
        });
        self.send(Note::Speak(number, text.to_owned()));
    }

    fn stop(&mut self) {
        self.queue.clear();
        self.send(Note::Stop);
        // Wait until the engine has taken the command, or the caller may end the process too early.
        let until = Instant::now() + Duration::from_millis(500);
        while let Ok(event) = self
            .link
            .events
            .recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            if matches!(event, Event::Stopped | Event::Lost(_)) {
                break;
            }
        }
    }

    fn attend(&mut self, time: Duration) -> Result<usize, SpeechError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        if !self.queue.is_empty()
            && let Err(error) = self.step(time)
        {
            self.queue.clear();
            self.failed = Some(error.clone());
            return Err(error);
        }
        Ok(self.queue.len())
    }

    fn adopt(&mut self, manner: &Manner) {
        self.manner = Some(manner.clone());
        self.send(Note::Manner(manner.clone()));
    }
}

impl Drop for SystemVoice {
    fn drop(&mut self) {
        self.send(Note::Quit);
    }
}

/// The system's speech engine, starting up while the caller goes on.
pub fn system() -> Result<Box<dyn Speak>, SpeechError> {
    Ok(Box::new(SystemVoice::start()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::thread;

    use eyebright_models::Cancel;

    use super::*;

    const QUICK: Patience = Patience {
        start: Duration::from_millis(400),
        answer: Duration::from_millis(400),
        begin: Duration::from_millis(400),
        late_end: Duration::from_millis(600),
        per_character: Duration::from_millis(1),
    };

    /// Behaviour of a fake engine.
    #[derive(Clone, Copy, PartialEq)]
    enum Engine {
        Speaks,
        NeverStarts,
        NeverBegins,
        NeverEnds,
        Dies,
        HangsAfterBegin,
    }

    /// Engines for the first, second ... start, and a count of the texts that were heard to their end.
    fn voice(engines: &'static [Engine]) -> (SystemVoice, Arc<AtomicUsize>) {
        let starts = AtomicUsize::new(0);
        let heard = Arc::new(AtomicUsize::new(0));
        let counter = heard.clone();
        let start = move || {
            let engine = engines[starts.fetch_add(1, Ordering::Relaxed)];
            let (notes, inbox) = mpsc::channel();
            let (outbox, events) = mpsc::channel();
            let counter = counter.clone();
            thread::spawn(move || fake(engine, &inbox, &outbox, &counter));
            Link { notes, events }
        };
        (SystemVoice::with_worker(Box::new(start), QUICK), heard)
    }

    fn fake(engine: Engine, inbox: &mpsc::Receiver<Note>, outbox: &mpsc::Sender<Event>, heard: &AtomicUsize) {
        let tell = |event| drop(outbox.send(event));
        if engine == Engine::NeverStarts {
            return thread::sleep(Duration::from_secs(2));
        }
        tell(Event::Alive);
        loop {
            match inbox.recv_timeout(Duration::from_millis(50)) {
                Ok(Note::Speak(number, _)) => match engine {
                    Engine::Speaks => {
                        tell(Event::Began(number));
                        thread::sleep(Duration::from_millis(30));
                        heard.fetch_add(1, Ordering::Relaxed);
                        tell(Event::Ended(number));
                    }
                    Engine::NeverEnds => tell(Event::Began(number)),
                    Engine::Dies => return tell(Event::Lost("it died".to_owned())),
                    Engine::HangsAfterBegin => {
                        tell(Event::Began(number));
                        return thread::sleep(Duration::from_secs(2));
                    }
                    Engine::NeverBegins | Engine::NeverStarts => {}
                },
                Ok(Note::Stop) => tell(Event::Stopped),
                Ok(Note::Quit) => return,
                _ => tell(Event::Alive),
            }
        }
    }

    fn say_two(engines: &'static [Engine]) -> (Result<(), SpeechError>, usize) {
        let (mut voice, heard) = voice(engines);
        voice.speak("one");
        voice.speak("two");
        let result = voice.wait(&Cancel::default());
        (result, heard.load(Ordering::Relaxed))
    }

    fn died() -> (Result<(), SpeechError>, usize) {
        (
            Err(SpeechError::NoEngine {
                reason: "it died".to_owned(),
            }),
            0,
        )
    }

    #[test]
    fn waits_until_everything_was_spoken() {
        assert_eq!(say_two(&[Engine::Speaks]), (Ok(()), 2));
    }

    #[test]
    fn a_lost_engine_is_started_again_once_and_gets_the_texts_again() {
        assert_eq!(say_two(&[Engine::Dies, Engine::Speaks]), (Ok(()), 2));
        assert_eq!(say_two(&[Engine::HangsAfterBegin, Engine::Speaks]), (Ok(()), 2));
        assert_eq!(say_two(&[Engine::Dies, Engine::Dies]), died());
        assert_eq!(
            say_two(&[Engine::Dies, Engine::NeverStarts]),
            (Err(SpeechError::NoAnswer), 0)
        );
    }

    #[test]
    fn an_engine_that_never_starts_is_given_up() {
        assert_eq!(say_two(&[Engine::NeverStarts]), (Err(SpeechError::NoAnswer), 0));
    }

    #[test]
    fn an_engine_that_never_begins_or_ends_is_given_up() {
        assert_eq!(say_two(&[Engine::NeverBegins]), (Err(SpeechError::Stuck), 0));
        assert_eq!(say_two(&[Engine::NeverEnds]), (Err(SpeechError::Stuck), 0));
    }

    #[test]
    fn after_a_failure_every_wait_fails_at_once() {
        let (mut voice, _) = voice(&[Engine::NeverEnds]);
        voice.speak("one");
        assert_eq!(voice.wait(&Cancel::default()), Err(SpeechError::Stuck));
        voice.speak("two");
        let before = Instant::now();
        assert_eq!(voice.wait(&Cancel::default()), Err(SpeechError::Stuck));
        assert!(before.elapsed() < QUICK.late_end);
    }

    #[test]
    fn cancelling_stops_and_is_no_error() {
        let (mut voice, _) = voice(&[Engine::NeverEnds]);
        voice.speak("one");
        let cancel = Cancel::default();
        cancel.cancel();
        assert_eq!(voice.wait(&cancel), Ok(()));
        // Only texts that come after a stop are spoken again.
        assert!(voice.queue.is_empty());
    }
}
