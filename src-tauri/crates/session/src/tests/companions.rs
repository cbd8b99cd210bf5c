//! The owner with ports that hang, panic or never answer.

use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

use eyebright_models::Clock;

use super::*;

/// A picture source that hangs, deaf to cancelling, when asked for the window.
struct Slow(mpsc::Sender<(Source, Instant)>);

impl See for Slow {
    fn see(&self, source: &Source, _: &Cancel) -> Result<Found, Fault> {
        let _ = self.0.send((source.clone(), Instant::now()));
        if *source == Source::Window {
            thread::sleep(Duration::from_secs(3));
        }
        assert!(*source != file("panic.png"), "a picture library panics");
        Ok(Found::Picture(seen("")))
    }
}

struct Quick;

impl Describe for Quick {
    fn describe(&self, _: &Arc<Picture>, _: &Told<'_>, _: &Cancel) -> Result<Words, Fault> {
        Ok(words("A dog."))
    }

    fn read(&self, _: &Arc<Picture>, _: &Cancel) -> Result<Readout, Fault> {
        Ok(readout())
    }

    fn answer(&self, _: &Arc<Picture>, question: &str, _: &Cancel) -> Result<String, Fault> {
        Ok(format!("You asked: {question}"))
    }
}

impl Label for Quick {
    fn label(&self, _: &Seen, _: &str) -> Result<(), Fault> {
        Ok(())
    }
}

impl Search for Quick {
    fn search(&self, _: &str, _: &Cancel) -> Result<Vec<String>, Fault> {
        Ok(Vec::new())
    }
}

impl Listen for Quick {
    /// Records until [`Until::Now`]; the transcript is the name of the end that was asked for first.
    fn listen(&self, until: &dyn Fn() -> Until, tell: &dyn Fn(Recording), _: &Cancel) -> Result<String, Fault> {
        tell(Recording::Begun);
        let first = until();
        while until() != Until::Now {
            thread::sleep(Duration::from_millis(1));
        }
        tell(Recording::Ended);
        Ok(format!("{first:?}"))
    }
}

/// Collects texts and never reports that they were spoken.
struct Notes(Arc<Mutex<Vec<String>>>);

impl Talk for Notes {
    fn say(&mut self, _: u64, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }

    fn hush(&mut self) {}
}

struct Nothing;

impl Play for Nothing {
    fn play(&mut self, _: Earcon) {}
}

impl Display for Nothing {
    fn show(&mut self, _: Show) {}
}

impl Remember for Nothing {
    fn remember(&mut self, _: u64, _: Seen, _: Words) {}
    fn add(&mut self, _: u64, _: &[String]) {}
    fn text(&mut self, _: u64, _: &[String]) {}
}

struct Real(Instant);

impl Clock for Real {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The texts that were spoken.
type Spoken = Arc<Mutex<Vec<String>>>;

fn running() -> (mpsc::Sender<Event>, Receiver<(Source, Instant)>, Spoken) {
    let (events, inbox) = mpsc::channel();
    let (looked, looks) = mpsc::channel();
    let spoken = Arc::new(Mutex::new(Vec::new()));
    let ports = Ports {
        see: Arc::new(Slow(looked)),
        describe: Arc::new(Quick),
        label: Arc::new(Quick),
        search: Arc::new(Quick),
        listen: Arc::new(Quick),
        talk: Box::new(Notes(spoken.clone())),
        play: Box::new(Nothing),
        display: Box::new(Nothing),
        remember: Box::new(Nothing),
        clock: Box::new(Real(Instant::now())),
    };
    owner::start(machine(), ports, events.clone(), inbox);
    (events, looks, spoken)
}

#[test]
fn a_newer_request_supersedes_a_hanging_one_within_a_tenth_of_a_second() {
    let (events, looks, spoken) = running();
    let patience = Duration::from_secs(2);
    events.send(Event::Act(Action::Window)).unwrap();
    looks.recv_timeout(patience).unwrap();
    let pressed = Instant::now();
    events.send(Event::Act(Action::Screen)).unwrap();
    let (source, began) = looks.recv_timeout(patience).unwrap();
    assert_eq!(source, Source::Screen);
    assert!(began - pressed < Duration::from_millis(100));
    thread::sleep(Duration::from_millis(200));
    assert_eq!(*spoken.lock().unwrap(), ["A dog."]);
}

#[test]
fn hundreds_of_presses_leave_it_working_and_the_last_one_counts() {
    let (events, looks, spoken) = running();
    for _ in 0..300 {
        events.send(Event::Act(Action::Window)).unwrap();
        events.send(Event::Act(Action::Clipboard)).unwrap();
    }
    events.send(Event::Act(Action::Screen)).unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    let mut last = Source::Window;
    while last != Source::Screen && Instant::now() < until {
        if let Ok((source, _)) = looks.recv_timeout(Duration::from_millis(200)) {
            last = source;
        }
    }
    thread::sleep(Duration::from_millis(200));
    assert_eq!(last, Source::Screen);
    assert_eq!(spoken.lock().unwrap().last().map(String::as_str), Some("A dog."));
}

#[test]
fn a_panic_in_a_library_is_told_and_the_next_request_works() {
    let (events, _looks, spoken) = running();
    events.send(Event::Open(vec![file("panic.png")])).unwrap();
    thread::sleep(Duration::from_millis(300));
    events.send(Event::Act(Action::Screen)).unwrap();
    thread::sleep(Duration::from_millis(300));
    let spoken = spoken.lock().unwrap();
    assert!(spoken[0].contains("error of its own"), "{spoken:?}");
    assert_eq!(spoken.last().map(String::as_str), Some("A dog."));
}

#[test]
fn a_release_reaches_the_recording_under_way() {
    let (events, _looks, spoken) = running();
    events.send(Event::Act(Action::Screen)).unwrap();
    thread::sleep(Duration::from_millis(200));
    events.send(Event::Press(Action::Ask)).unwrap();
    thread::sleep(Duration::from_millis(600));
    assert_eq!(spoken.lock().unwrap().len(), 1, "it goes on while the key is held");
    events.send(Event::Release(Action::Ask)).unwrap();
    thread::sleep(Duration::from_millis(200));
    assert_eq!(*spoken.lock().unwrap(), ["A dog.", "You asked: Released"]);
}
