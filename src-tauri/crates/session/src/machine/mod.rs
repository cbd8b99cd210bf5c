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

/// Time between two ticks while work lasts.
const TICK: Duration = Duration::from_secs(1);
/// Longest time that work may take before it is given up.
const PATIENCE: Duration = Duration::from_mins(2);
/// Unspoken sentences at which the next file has to wait.
const AHEAD: u64 = 2;

/// Pause between a spoken warning and the description, in which the person can stop it.
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
    /// Captures the screen for choosing a region.
    Freezing,
    /// Describes a picture. Holds the sentences that were said already.
    Describing(Seen, Vec<String>),
    /// Reads the text of the current picture. `None`: only its heading is said; else the whole text, followed by these
    /// sentences.
    Reading(Option<Vec<String>>),
    /// Records a question. Holds since when its key is held, if it is.
    Listening(Option<Duration>),
    /// Transcribes the recording.
    Transcribing,
    /// Answers this question.
    Answering(String),
    /// Saves an alt text. Holds the picture's name.
    Saving(String),
    /// Searches the history for these words.
    Finding(String),
}

/// The picture that questions and "more" are about.
#[derive(Debug, Clone)]
struct Current {
    /// Number in the history; `None` while only the warning was said.
    entry: Option<u64>,
    seen: Option<Seen>,
    words: Words,
    told: Detail,
}

/// A frozen screen and the frame over it.
#[derive(Debug, Clone)]
struct Choosing {
    screen: Seen,
    rect: Rect,
}

/// The state of a session.
#[derive(Debug)]
pub struct Machine {
    options: Options,
    now: Duration,
    jobs: Job,
    entries: u64,
    utterances: u64,
    /// Number of the last utterance that was spoken to its end or hushed.
    spoken: u64,
    work: Option<Work>,
    queue: VecDeque<Source>,
    /// Sources that the request under way has taken so far.
    taken: usize,
    /// True if there are several sources, which are said with their numbers.
    counted: bool,
    choosing: Option<Choosing>,
    /// When the warning was last being said, while a description waits behind it.
    warned: Option<Duration>,
    current: Option<Current>,
    /// The last words, for "repeat" and "spell".
    last: Vec<String>,
    /// The action whose request is under way or being spoken; asked for again, it interrupts.
    active: Option<Action>,
    shown: Status,
    effects: Vec<Effect>,
}

impl Machine {
    /// A session in which nothing has happened yet. New entries are numbered from `entries` + 1.
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

    /// Handles an event at time `now` and returns the effects to carry out, in order.
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

    /// The status of the session.
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

    /// True while ticks are needed: a job is under way, or a description waits behind its warning.
    pub fn heeds_time(&self) -> bool {
        self.work.is_some() || self.warned.is_some()
    }

    fn is_speaking(&self) -> bool {
        self.spoken < self.utterances
    }

    /// Carries out an action. `held`: true for a key whose release will follow.
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

    /// Cancels everything. Nothing is said after this until something is asked for.
    fn stop(&mut self) {
        self.begin();
        self.play(Earcon::Stop);
    }

    /// Ends the request before: cancels its job, hushes the voice, closes the frame and empties the queue.
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

    /// Ends a job and returns its stage; `None` if the job is not wanted any more.
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

    /// Runs after every event: tells the window if the status has changed.
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
