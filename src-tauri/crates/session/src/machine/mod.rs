//! The state machine: events in, effects out.

mod asking;
mod choosing;
mod describing;
mod telling;

use std::collections::VecDeque;
use std::time::Duration;

use eyebright_domain::{Action, Detail, Earcon, Fault, Words};

use crate::effect::{Effect, Show, Status};
use crate::event::{Event, Job, Seen, Source};
use crate::options::Options;
use crate::region::Rect;

/// Work that lasts longer is heard to last, this often.
const TICK: Duration = Duration::from_secs(1);
/// Work that lasts longer is given up: whatever it waits for will not come.
const PATIENCE: Duration = Duration::from_mins(2);
/// So many sentences may wait to be spoken before the next file is looked at.
const AHEAD: u64 = 2;

/// After a warning was spoken, the description waits so long for a person who does not want it.
const PAUSE: Duration = Duration::from_secs(4);

/// The job under way.
#[derive(Debug, Clone)]
struct Work {
    job: Job,
    stage: Stage,
    begun: Duration,
    ticks: u32,
}

#[derive(Debug, Clone)]
enum Stage {
    /// Looks at a source.
    Seeing(Source),
    /// Takes the screen of which a region will be chosen.
    Freezing,
    /// Describes what was seen; the sentences that were told already.
    Describing(Seen, Vec<String>),
    /// Reads the text of the current picture. Its heading is told; with sentences to tell after it, all of it.
    Reading(Option<Vec<String>>),
    /// Listens to a question; since when the key is held down that began it.
    Listening(Option<Duration>),
    /// Writes down what was heard.
    Transcribing,
    /// Answers a question.
    Answering(String),
    /// Saves an alt text; the picture's name.
    Saving(String),
    /// Looks through the history.
    Finding(String),
}

/// The picture that questions and "more" are about.
#[derive(Debug, Clone)]
struct Current {
    /// In the history; none while only the warning was told.
    entry: Option<u64>,
    seen: Option<Seen>,
    words: Words,
    told: Detail,
}

/// A screen over which a frame is moved.
#[derive(Debug, Clone)]
struct Choosing {
    screen: Seen,
    rect: Rect,
}

/// The session.
#[derive(Debug)]
pub struct Machine {
    options: Options,
    now: Duration,
    jobs: Job,
    entries: u64,
    utterances: u64,
    /// The last utterance that was spoken to its end, or hushed.
    spoken: u64,
    work: Option<Work>,
    queue: VecDeque<Source>,
    /// How many sources the request under way has had so far, and whether they are counted aloud.
    taken: usize,
    counted: bool,
    choosing: Option<Choosing>,
    /// When the warning was given behind which a description waits.
    warned: Option<Duration>,
    current: Option<Current>,
    /// The last words, for "repeat" and "spell".
    last: Vec<String>,
    /// The key whose request is under way or being spoken: pressed again, it interrupts.
    active: Option<Action>,
    shown: Status,
    effects: Vec<Effect>,
}

impl Machine {
    /// Nothing has happened yet. Entries are numbered on from `entries`.
    pub fn new(options: Options, entries: u64) -> Self {
        Self {
            options,
            now: Duration::ZERO,
            jobs: 0,
            entries,
            utterances: 0,
            spoken: 0,
            work: None,
            queue: VecDeque::new(),
            taken: 0,
            counted: false,
            choosing: None,
            warned: None,
            current: None,
            last: Vec::new(),
            active: None,
            shown: Status::Idle,
            effects: Vec::new(),
        }
    }

    /// Takes an event, and tells what is to be done, in order.
    pub fn take(&mut self, event: Event, now: Duration) -> Vec<Effect> {
        self.now = now;
        match event {
            Event::Act(action) => self.act(action, false),
            Event::Press(action) => self.act(action, true),
            Event::Release(action) => self.release(action),
            Event::Open(sources) => self.open(sources),
            Event::Caption => self.caption(),
            Event::Question(text) => self.question(text),
            Event::Find(words) => self.find(words),
            Event::Recall(recalled) => self.recall(recalled),
            Event::Announce(text) => {
                self.begin();
                self.say(vec![text]);
            }
            Event::Notice(news) => self.notice(news),
            Event::RegionStep { step, large } => self.region_step(step, large),
            Event::RegionSet(rect) => self.move_frame(rect.inside()),
            Event::RegionDone => self.region_done(),
            Event::Found(job, result) => self.found(job, result),
            Event::Told(job, sentence) => self.told(job, sentence),
            Event::Described(job, result) => self.described(job, result),
            Event::Read(job, result) => self.read(job, result),
            Event::Answered(job, result) => self.answered(job, result),
            Event::Saved(job, result) => self.saved(job, result),
            Event::Searched(job, result) => self.searched(job, result),
            Event::Recording(job, recording) => self.recording(job, recording),
            Event::Heard(job, result) => self.heard(job, result),
            Event::Spoken(utterance) => {
                self.spoken = self.spoken.max(utterance.min(self.utterances));
                self.proceed();
            }
            Event::Trouble(fault) => {
                let text = self.show_beside(&fault);
                self.speak(&text);
            }
            Event::Mute(fault) => {
                self.spoken = self.utterances;
                self.show_beside(&fault);
            }
            Event::Tick => self.tick(),
            Event::Options(options) => self.options = options,
        }
        self.settle();
        std::mem::take(&mut self.effects)
    }

    /// What is going on.
    pub fn status(&self) -> Status {
        if self.choosing.is_some() {
            Status::ChoosingRegion
        } else if self.heeds_time() {
            Status::Working
        } else if self.is_speaking() {
            Status::Speaking
        } else {
            Status::Idle
        }
    }

    /// Whether a job is under way, or a person thinks who was warned: then ticks are wanted.
    pub fn heeds_time(&self) -> bool {
        self.work.is_some() || self.warned.is_some()
    }

    fn is_speaking(&self) -> bool {
        self.spoken < self.utterances
    }

    /// `held`: a key that will be released.
    fn act(&mut self, action: Action, held: bool) {
        if action == Action::Ask && self.end_recording() {
            return;
        }
        let interrupts = self.active == Some(action) && self.status() != Status::Idle;
        if interrupts || action == Action::Stop {
            return self.stop();
        }
        self.begin();
        self.active = Some(action);
        self.play(Earcon::Start);
        let lacks = match action {
            Action::Ask | Action::More | Action::AltText => self.current.is_none(),
            Action::Repeat | Action::Spell => self.last.is_empty(),
            _ => false,
        };
        match action {
            _ if lacks => self.tell("say.nothing_yet"),
            Action::Screen => self.see(Source::Screen),
            Action::Window => self.see(Source::Window),
            Action::Clipboard => self.see(Source::Clipboard),
            Action::Region => self.work(Stage::Freezing, |job| Effect::See(job, Source::Screen)),
            Action::Ask => {
                self.show(Show::QuestionBox);
                self.listen(held);
            }
            Action::Repeat => self.say(self.last.clone()),
            Action::More => self.more(),
            Action::Spell => {
                let spelled = self.options.strings.spelled(&self.last.join(" "));
                self.speak(&spelled);
            }
            Action::AltText => self.save_alt_text(),
            Action::Stop => {}
        }
    }

    /// Gives up everything. Nothing is said after this until something is asked for.
    fn stop(&mut self) {
        self.begin();
        self.play(Earcon::Stop);
    }

    /// A new request supersedes the one before.
    fn begin(&mut self) {
        if let Some(work) = self.work.take() {
            self.effects.push(Effect::Abandon(work.job));
        }
        self.hush();
        if self.choosing.take().is_some() {
            self.show(Show::Unfrozen);
        }
        self.warned = None;
        self.queue.clear();
        self.taken = 0;
        self.counted = false;
        self.active = None;
    }

    fn work(&mut self, stage: Stage, effect: impl FnOnce(Job) -> Effect) {
        self.jobs += 1;
        self.work = Some(Work {
            job: self.jobs,
            stage,
            begun: self.now,
            ticks: 0,
        });
        self.effects.push(effect(self.jobs));
    }

    /// The stage of a job that is still wanted, which is over with this.
    fn finish(&mut self, job: Job) -> Option<Stage> {
        self.work.take_if(|work| work.job == job).map(|work| work.stage)
    }

    fn tick(&mut self) {
        let is_speaking = self.is_speaking();
        if let Some(since) = &mut self.warned {
            // The pause begins when the warning was heard.
            if is_speaking {
                *since = self.now;
            } else if self.now.saturating_sub(*since) >= PAUSE {
                self.warned = None;
                self.reveal(Vec::new(), &[]);
            }
        }
        let Some(work) = &mut self.work else { return };
        let lasted = self.now.saturating_sub(work.begun);
        // The person or the voice speaks: ticking would be in the way.
        let silent = matches!(work.stage, Stage::Listening(_))
            || is_speaking && matches!(work.stage, Stage::Reading(_) | Stage::Describing(..));
        if lasted >= PATIENCE {
            let fault = Fault::new("too_slow", "This took too long and was given up. Try again.");
            let job = work.job;
            self.work = None;
            self.effects.push(Effect::Abandon(job));
            self.fail(&fault);
        } else if lasted >= TICK * (work.ticks + 1) && !silent {
            work.ticks += 1;
            self.play(Earcon::Tick);
        }
    }

    /// The end of every event: tells the window what has changed.
    fn settle(&mut self) {
        let status = self.status();
        if status == Status::Idle {
            self.active = None;
        }
        if status != self.shown {
            self.shown = status;
            self.show(Show::Status(status));
        }
    }
}
