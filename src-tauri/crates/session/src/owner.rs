//! The one thread that owns the session: feeds the machine with events and carries its effects out.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use eyebright_domain::{Fault, Until, lock};
use eyebright_models::Cancel;

use crate::effect::Effect;
use crate::event::{Event, Job};
use crate::machine::Machine;
use crate::ports::Ports;

/// Time between two [`Event::Tick`]s while the machine needs them.
const LOOK: Duration = Duration::from_millis(200);
/// Most jobs that run at once, abandoned ones that hang in a system call included; further ones have to wait.
const CROWD: usize = 6;

/// Starts the session; it ends when all senders of its events are gone.
pub fn start(machine: Machine, ports: Ports, events: Sender<Event>, inbox: Receiver<Event>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut owner = Owner {
            machine,
            ports,
            jobs: Jobs::new(events),
            recording: (0, Arc::new(Mutex::new(Until::Silent))),
        };
        owner.run(&inbox);
    })
}

struct Owner {
    machine: Machine,
    ports: Ports,
    jobs: Jobs,
    /// The job of the latest recording, and when that ends.
    recording: (Job, Arc<Mutex<Until>>),
}

impl Owner {
    fn run(&mut self, inbox: &Receiver<Event>) {
        loop {
            let event = if self.machine.heeds_time() {
                match inbox.recv_timeout(LOOK) {
                    Ok(event) => event,
                    Err(RecvTimeoutError::Timeout) => Event::Tick,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            } else {
                match inbox.recv() {
                    Ok(event) => event,
                    Err(_) => return,
                }
            };
            let now = self.ports.clock.now();
            for effect in self.machine.take(event, now) {
                self.carry_out(effect);
            }
        }
    }

    fn listen(&mut self, job: Job, until: Until) {
        let (listen, events) = (self.ports.listen.clone(), self.jobs.events.clone());
        let until = Arc::new(Mutex::new(until));
        self.recording = (job, until.clone());
        let until = move || *lock(&until);
        let tell = move |recording| {
            // A closed session wants no news.
            let _ = events.send(Event::Recording(job, recording));
        };
        self.jobs
            .run(job, Event::Heard, move |cancel| listen.listen(&until, &tell, cancel));
    }

    fn carry_out(&mut self, effect: Effect) {
        let ports = &mut self.ports;
        match effect {
            Effect::Play(earcon) => ports.play.play(earcon),
            Effect::Say(utterance, text) => ports.talk.say(utterance, &text),
            Effect::Hush => ports.talk.hush(),
            Effect::Show(show) => ports.display.show(show),
            Effect::Remember(entry, seen, words) => ports.remember.remember(entry, seen, words),
            Effect::Add(entry, sentences) => ports.remember.add(entry, &sentences),
            Effect::Text(entry, lines) => ports.remember.text(entry, &lines),
            Effect::Abandon(job) => self.jobs.abandon(job),
            Effect::See(job, source) => {
                let see = ports.see.clone();
                self.jobs.run(job, Event::Found, move |cancel| see.see(&source, cancel));
            }
            Effect::Describe(job, picture) => {
                let (describe, events) = (ports.describe.clone(), self.jobs.events.clone());
                let told = move |sentence| {
                    // A closed session wants no news.
                    let _ = events.send(Event::Told(job, sentence));
                };
                self.jobs.run(job, Event::Described, move |cancel| {
                    describe.describe(&picture, &told, cancel)
                });
            }
            Effect::Read(job, picture) => {
                let describe = ports.describe.clone();
                self.jobs
                    .run(job, Event::Read, move |cancel| describe.read(&picture, cancel));
            }
            Effect::Answer(job, picture, question) => {
                let describe = ports.describe.clone();
                let work = move |cancel: &Cancel| describe.answer(&picture, &question, cancel);
                self.jobs.run(job, Event::Answered, work);
            }
            Effect::SaveAltText(job, seen, sentence) => {
                let label = ports.label.clone();
                self.jobs.run(job, Event::Saved, move |_| label.label(&seen, &sentence));
            }
            Effect::Find(job, words) => {
                let search = ports.search.clone();
                self.jobs
                    .run(job, Event::Searched, move |cancel| search.search(&words, cancel));
            }
            Effect::Listen(job, until) => self.listen(job, until),
            Effect::ListenUntil(job, until) => {
                let (latest, ends) = &self.recording;
                if *latest == job {
                    *lock(ends) = until;
                }
            }
        }
    }
}

type Work = Box<dyn FnOnce() + Send>;

/// Runs each job on a thread of its own, so that one that hangs holds nobody up. While `CROWD` jobs run, only the
/// latest one waits.
struct Jobs {
    events: Sender<Event>,
    latest: (Job, Cancel),
    crowd: Arc<Mutex<Crowd>>,
}

#[derive(Default)]
struct Crowd {
    running: usize,
    waiting: Option<Work>,
}

impl Jobs {
    fn new(events: Sender<Event>) -> Self {
        Self {
            events,
            latest: (0, Cancel::default()),
            crowd: Arc::default(),
        }
    }

    fn abandon(&mut self, job: Job) {
        let (latest, cancel) = &self.latest;
        if *latest == job {
            cancel.cancel();
            lock(&self.crowd).waiting = None;
        }
    }

    fn run<R: 'static>(
        &mut self,
        job: Job,
        event: fn(Job, Result<R, Fault>) -> Event,
        work: impl FnOnce(&Cancel) -> Result<R, Fault> + Send + 'static,
    ) {
        let (cancel, events) = (Cancel::default(), self.events.clone());
        self.latest = (job, cancel.clone());
        let work: Work = Box::new(move || {
            // A panic in a picture library or a driver must not leave the person waiting.
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&cancel)));
            let result = result.unwrap_or_else(|_| {
                let message = "Eyebright met an error of its own with this picture. Try another one.";
                Err(Fault::new("internal", message))
            });
            // A closed session wants no answer.
            let _ = events.send(event(job, result));
        });
        let mut crowd = lock(&self.crowd);
        if crowd.running >= CROWD {
            crowd.waiting = Some(work);
            return;
        }
        crowd.running += 1;
        drop(crowd);
        let crowd = self.crowd.clone();
        thread::spawn(move || {
            let mut next = Some(work);
            while let Some(work) = next {
                work();
                let mut crowd = lock(&crowd);
                next = crowd.waiting.take();
                if next.is_none() {
                    crowd.running -= 1;
                }
            }
        });
    }
}
