//! A thread that speaks, and reports what was spoken and what could not be.

use std::collections::VecDeque;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread;

use eyebright_domain::Fault;

use super::speak::{LOOK, Manner, Speak, SpeechError};

/// Makes the system's voice; called again after it failed.
pub type MakeVoice = Box<dyn Fn() -> Result<Box<dyn Speak>, SpeechError> + Send>;

/// A report on utterances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The utterance of that number, and all before it, were spoken.
    Spoken(u64),
    /// The voice failed.
    Mute(Fault),
}

/// Callback for events.
type Tell = Box<dyn Fn(Event) + Send>;

enum Order {
    Say(u64, String),
    Hush,
    Manner(Manner),
}

/// Handle of the thread that speaks.
#[derive(Debug, Clone)]
pub struct Talker(Sender<Order>);

impl Talker {
    /// Starts the voice, so that the first words need not wait for it.
    pub fn start(make: MakeVoice, manner: Manner, tell: impl Fn(Event) + Send + 'static) -> Self {
        let tell: Tell = Box::new(tell);
        let (orders, inbox) = mpsc::channel();
        thread::spawn(move || {
            let mut mouth = Mouth {
                make,
                manner,
                tell,
                voice: None,
                pending: VecDeque::new(),
            };
            // A failure is reported when there is something to say.
            let _ = mouth.voice();
            mouth.run(&inbox);
        });
        Self(orders)
    }

    /// Changes the manner of speaking from now on.
    pub fn adopt(&self, manner: Manner) {
        let _ = self.0.send(Order::Manner(manner));
    }

    /// Queues a text behind what is being spoken. Returns at once.
    pub fn say(&self, utterance: u64, text: &str) {
        let _ = self.0.send(Order::Say(utterance, text.to_owned()));
    }

    /// Falls silent at once.
    pub fn hush(&self) {
        let _ = self.0.send(Order::Hush);
    }
}

struct Mouth {
    make: MakeVoice,
    manner: Manner,
    tell: Tell,
    voice: Option<Box<dyn Speak>>,
    /// Numbers of the utterances that the voice has not spoken to their end.
    pending: VecDeque<u64>,
}

impl Mouth {
    fn run(&mut self, inbox: &Receiver<Order>) {
        loop {
            let order = if self.pending.is_empty() {
                inbox.recv().map_err(|_| TryRecvError::Disconnected)
            } else {
                inbox.try_recv()
            };
            let result = match order {
                Ok(order) => self.obey(order),
                Err(TryRecvError::Empty) => self.attend(),
                Err(TryRecvError::Disconnected) => return,
            };
            if let Err(error) = result {
                // Another voice is made for the next words: the engine may be back by then.
                self.voice = None;
                self.pending.clear();
                (self.tell)(Event::Mute(error.into()));
            }
        }
    }

    fn obey(&mut self, order: Order) -> Result<(), SpeechError> {
        match order {
            Order::Say(utterance, text) => {
                self.voice()?.speak(&text);
                self.pending.push_back(utterance);
            }
            Order::Hush => {
                if let Some(voice) = &mut self.voice
                    && !self.pending.is_empty()
                {
                    voice.stop();
                }
                self.pending.clear();
            }
            Order::Manner(manner) => {
                self.manner = manner;
                if let Some(voice) = &mut self.voice {
                    voice.adopt(&self.manner);
                }
            }
        }
        Ok(())
    }

    fn attend(&mut self) -> Result<(), SpeechError> {
        let left = self.voice()?.attend(LOOK)?;
        while self.pending.len() > left {
            if let Some(utterance) = self.pending.pop_front() {
                (self.tell)(Event::Spoken(utterance));
            }
        }
        Ok(())
    }

    fn voice(&mut self) -> Result<&mut Box<dyn Speak>, SpeechError> {
        if self.voice.is_none() {
            let mut voice = (self.make)()?;
            voice.adopt(&self.manner);
            self.voice = Some(voice);
        }
        // It was made just now.
        self.voice.as_mut().ok_or(SpeechError::NoAnswer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, Instant};

    use super::*;

    /// Speaks a text in the number of milliseconds that it says; "die" kills it.
    struct Fake {
        log: Arc<Mutex<Vec<String>>>,
        queue: VecDeque<(String, Instant)>,
        dead: bool,
    }

    impl Speak for Fake {
        fn speak(&mut self, text: &str) {
            self.log.lock().unwrap().push(text.to_owned());
            self.dead |= text == "die";
            let lasts = Duration::from_millis(text.parse().unwrap_or(0));
            self.queue.push_back((text.to_owned(), Instant::now() + lasts));
        }

        fn stop(&mut self) {
            self.log.lock().unwrap().push("stop".to_owned());
            self.queue.clear();
        }

        fn attend(&mut self, time: Duration) -> Result<usize, SpeechError> {
            if self.dead {
                return Err(SpeechError::Stuck);
            }
            thread::sleep(time);
            self.queue.retain(|(_, end)| Instant::now() < *end);
            Ok(self.queue.len())
        }

        fn adopt(&mut self, manner: &Manner) {
            self.log.lock().unwrap().push(format!("rate {}", manner.rate));
        }
    }

    fn started() -> (Talker, Receiver<Event>, Arc<Mutex<Vec<String>>>) {
        let (events, inbox) = mpsc::channel();
        let log = Arc::new(Mutex::new(Vec::new()));
        let shared = log.clone();
        let make: MakeVoice = Box::new(move || {
            Ok(Box::new(Fake {
                log: shared.clone(),
                queue: VecDeque::new(),
                dead: false,
            }))
        });
        let manner = Manner {
            voice: String::new(),
            rate: 1.5,
            volume: 1.0,
        };
        (
            Talker::start(make, manner, move |event| drop(events.send(event))),
            inbox,
            log,
        )
    }

    #[test]
    fn tells_what_was_spoken_in_order() {
        let (talker, events, log) = started();
        talker.say(1, "30");
        talker.say(2, "60");
        let next = || events.recv_timeout(Duration::from_secs(2)).unwrap();
        assert!(matches!(next(), Event::Spoken(1)));
        assert!(matches!(next(), Event::Spoken(2)));
        assert_eq!(*log.lock().unwrap(), ["rate 1.5", "30", "60"]);
    }

    #[test]
    fn hushes_within_a_tenth_of_a_second_and_forgets() {
        let (talker, events, log) = started();
        talker.say(1, "5000");
        thread::sleep(Duration::from_millis(50));
        talker.hush();
        thread::sleep(Duration::from_millis(100));
        assert_eq!(log.lock().unwrap().last().unwrap(), "stop");
        assert!(events.try_recv().is_err());
    }

    #[test]
    fn a_voice_that_failed_is_told_and_made_anew_for_the_next_words() {
        let (talker, events, log) = started();
        talker.say(1, "die");
        assert!(matches!(
            events.recv_timeout(Duration::from_secs(2)),
            Ok(Event::Mute(_))
        ));
        talker.say(2, "10");
        assert!(matches!(
            events.recv_timeout(Duration::from_secs(2)),
            Ok(Event::Spoken(2))
        ));
        assert_eq!(*log.lock().unwrap(), ["rate 1.5", "die", "rate 1.5", "10"]);
    }
}
