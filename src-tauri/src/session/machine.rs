//! The state machine: events in, effects out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use ts_rs::TS;

use eyebright_models::moderation::Level;

use super::{
    Action, Earcon, Effect, Event, Found, Job, Readout, Recalled, Rect, Seen, Show, Source, Step, Text, Words,
};
use crate::fault::Fault;
use crate::settings::{Detail, Moderation};
use crate::strings::Strings;

/// Work that lasts longer is heard to last, this often.
const TICK: Duration = Duration::from_secs(1);
/// Work that lasts longer is given up: whatever it waits for will not come.
const PATIENCE: Duration = Duration::from_mins(2);
/// So many sentences may wait to be spoken before the next file is looked at.
const AHEAD: u64 = 2;

/// After a warning was spoken, the description waits so long for a person who does not want it.
const PAUSE: Duration = Duration::from_secs(4);

/// What is going on, for the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing.
    Idle,
    /// A picture is looked at, a question is answered.
    Working,
    /// Something is spoken.
    Speaking,
    /// The frame of a region is moved.
    ChoosingRegion,
}

/// What of the settings the session heeds.
#[derive(Debug, Clone)]
pub struct Options {
    /// How much is said unasked.
    pub detail: Detail,
    /// Whether there are warnings.
    pub moderation: Moderation,
    /// The words of the language in use.
    pub strings: Arc<Strings>,
}

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
    /// Describes what was seen.
    Describing(Seen),
    /// Reads the text of the current picture. Its heading is told; with sentences to tell after it, all of it.
    Reading(Option<Vec<String>>),
    /// Listens to a question.
    Listening,
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
            Event::Act(action) => self.act(action),
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
            Event::Described(job, result) => self.described(job, result),
            Event::Read(job, result) => self.read(job, result),
            Event::Answered(job, result) => self.answered(job, result),
            Event::Saved(job, result) => self.saved(job, result),
            Event::Searched(job, result) => self.searched(job, result),
            Event::SpeechEnded => self.speech_ended(),
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

    fn act(&mut self, action: Action) {
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
                self.work(Stage::Listening, Effect::Listen);
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

    fn open(&mut self, sources: Vec<Source>) {
        self.begin();
        self.play(Earcon::Start);
        if sources.is_empty() {
            return self.fail(&Fault::new(
                "no_pictures",
                "No picture came. Try again with a picture file.",
            ));
        }
        self.counted = sources.len() > 1;
        self.queue = sources.into();
        self.proceed();
    }

    fn caption(&mut self) {
        self.begin();
        self.play(Earcon::Start);
        match self.current_seen() {
            Some(seen) => self.describe(seen),
            None => self.tell("say.nothing_yet"),
        }
    }

    fn recall(&mut self, recalled: Recalled) {
        self.begin();
        // The picture was kept too small to read it again.
        let words = Words {
            text: Text::Done,
            ..recalled.words
        };
        let told = self.options.detail;
        let sentences = words.up_to(told);
        self.current = Some(Current {
            entry: Some(recalled.entry),
            seen: recalled.seen,
            words,
            told,
        });
        self.say(sentences);
    }

    fn more(&mut self) {
        let Some(current) = &mut self.current else { return };
        let Some(entry) = current.entry else {
            return self.reveal(Vec::new());
        };
        let before = current.words.up_to(current.told).len();
        let mut sentences = Vec::new();
        // A level that adds nothing is passed over.
        while sentences.is_empty() && current.told < Detail::All {
            current.told = if current.told == Detail::One {
                Detail::More
            } else {
                Detail::All
            };
            sentences = current.words.up_to(current.told).split_off(before);
        }
        // Everything is due, and the text belongs to it.
        if current.told == Detail::All && current.words.text != Text::Done {
            self.last.clear();
            return self.read_text(Some(sentences));
        }
        if sentences.is_empty() {
            return self.tell("say.no_more");
        }
        self.effects.push(Effect::Add(entry, sentences.clone()));
        self.say(sentences);
    }

    fn save_alt_text(&mut self) {
        let Some(Current { seen, words, .. }) = self.current.clone() else {
            return;
        };
        match seen.filter(|seen| seen.path.is_some()) {
            Some(seen) => self.work(Stage::Saving(seen.name.clone()), |job| {
                Effect::SaveAltText(job, seen, words.first)
            }),
            None => self.fail(&Fault::no_file()),
        }
    }

    fn find(&mut self, words: String) {
        let words = words.trim().to_owned();
        if words.is_empty() {
            return;
        }
        self.begin();
        self.play(Earcon::Start);
        self.work(Stage::Finding(words.clone()), |job| Effect::Find(job, words));
    }

    fn question(&mut self, text: String) {
        let text = text.trim().to_owned();
        if text.is_empty() {
            return;
        }
        self.begin();
        self.play(Earcon::Start);
        self.answer(text);
    }

    fn answer(&mut self, text: String) {
        match self.current_seen() {
            Some(seen) => self.work(Stage::Answering(text.clone()), |job| {
                Effect::Answer(job, seen.picture, text)
            }),
            None => self.tell("say.nothing_yet"),
        }
    }

    fn current_seen(&self) -> Option<Seen> {
        self.current.as_ref()?.seen.clone()
    }

    fn see(&mut self, source: Source) {
        self.work(Stage::Seeing(source.clone()), |job| Effect::See(job, source));
    }

    fn describe(&mut self, seen: Seen) {
        let picture = seen.picture.clone();
        self.work(Stage::Describing(seen), |job| Effect::Describe(job, picture));
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

    fn found(&mut self, job: Job, result: Result<Found, Fault>) {
        let Some(stage) = self.finish(job) else { return };
        match (result, stage) {
            (Ok(Found::Picture(screen)), Stage::Freezing) => self.freeze(screen),
            (Ok(Found::Picture(seen)), Stage::Seeing(_)) => self.describe(seen),
            (Ok(Found::Sources(sources)), Stage::Seeing(_)) => {
                self.counted |= sources.len() > 1;
                for source in sources.into_iter().rev() {
                    self.queue.push_front(source);
                }
                self.proceed();
            }
            (Err(fault), Stage::Seeing(source)) => self.fail_source(&source, &fault),
            (Err(fault), _) => self.fail(&fault),
            // A screen is never several sources, and no other stage looks.
            (Ok(_), _) => {}
        }
    }

    fn described(&mut self, job: Job, result: Result<Words, Fault>) {
        let Some(Stage::Describing(seen)) = self.finish(job) else {
            return;
        };
        let words = match result {
            Ok(words) => words,
            Err(fault) => return self.fail_named(&seen.name, &fault),
        };
        let name = self.name_aloud(&seen.name);
        let warning = self.warning(words.level);
        self.current = Some(Current {
            entry: None,
            seen: Some(seen),
            words,
            told: self.options.detail,
        });
        if self.options.moderation == Moderation::Warn && warning.is_some() {
            let hint = self.options.strings.get("say.warned").to_owned();
            self.say([name, warning, Some(hint)].into_iter().flatten().collect());
            self.warned = Some(self.now);
        } else {
            self.reveal([name, warning].into_iter().flatten().collect());
        }
    }

    /// What is said of a picture that may show nudity, if that is to be said.
    fn warning(&self, level: Level) -> Option<String> {
        let key = match (self.options.moderation, level) {
            (Moderation::Off, _) | (_, Level::None) => return None,
            (_, Level::Possible) => "say.nudity_possible",
            (_, Level::Likely) => "say.nudity_likely",
        };
        Some(self.options.strings.get(key).to_owned())
    }

    /// Tells the description of the current picture behind some sentences, and keeps it.
    fn reveal(&mut self, mut sentences: Vec<String>) {
        let Some(Current {
            entry,
            seen: Some(seen),
            words,
            told,
        }) = &mut self.current
        else {
            return;
        };
        self.entries += 1;
        *entry = Some(self.entries);
        let (text, told) = (words.text, *told);
        let remember = Effect::Remember(self.entries, seen.clone(), words.clone());
        if let Some(fault) = words.unjudged.take() {
            sentences.push(self.options.strings.fault(&fault));
            self.effects.push(Effect::Play(Earcon::Failure));
        }
        sentences.extend(words.up_to(told));
        // Speaking comes first: keeping makes a small picture of a large one.
        self.say(sentences);
        self.effects.push(remember);
        match text {
            Text::AtOnce | Text::OnRequest if told == Detail::All => self.read_text(Some(Vec::new())),
            Text::AtOnce => self.read_text(None),
            Text::OnRequest | Text::Done => self.proceed(),
        }
    }

    fn read_text(&mut self, all_and: Option<Vec<String>>) {
        if let Some(seen) = self.current_seen() {
            self.work(Stage::Reading(all_and), |job| Effect::Read(job, seen.picture));
        }
    }

    /// Tells the heading behind what is being said, or all that was asked for.
    fn read(&mut self, job: Job, result: Result<Readout, Fault>) {
        let Some(Stage::Reading(all_and)) = self.finish(job) else {
            return;
        };
        let Some(current) = &mut self.current else { return };
        let Some(entry) = current.entry else { return };
        current.words.text = Text::Done;
        let sentences = match (result, all_and) {
            (Ok(Readout { headline, lines }), all_and) => {
                current.words.add_text(&lines);
                self.effects.push(Effect::Text(entry, lines.clone()));
                all_and.map_or_else(|| vec![headline], |after| [lines, after].concat())
            }
            (Err(fault), after) => {
                self.play(Earcon::Failure);
                [vec![self.options.strings.fault(&fault)], after.unwrap_or_default()].concat()
            }
        };
        self.effects.push(Effect::Add(entry, sentences.clone()));
        self.say_also(sentences);
        self.proceed();
    }

    fn answered(&mut self, job: Job, result: Result<String, Fault>) {
        let Some(Stage::Answering(question)) = self.finish(job) else {
            return;
        };
        match result {
            Ok(answer) => {
                if let Some(entry) = self.current.as_ref().and_then(|current| current.entry) {
                    self.effects.push(Effect::Add(entry, vec![question, answer.clone()]));
                }
                self.say(answer.lines().map(str::to_owned).collect());
            }
            Err(fault) => self.fail(&fault),
        }
    }

    fn saved(&mut self, job: Job, result: Result<(), Fault>) {
        let Some(Stage::Saving(name)) = self.finish(job) else {
            return;
        };
        match result {
            Ok(()) => self.say(vec![
                self.options.strings.fill("say.alt_text_saved", &[("name", &name)]),
            ]),
            Err(fault) => self.fail(&fault),
        }
    }

    fn searched(&mut self, job: Job, result: Result<Vec<String>, Fault>) {
        let Some(Stage::Finding(words)) = self.finish(job) else {
            return;
        };
        match result {
            Ok(sentences) => {
                let key = match sentences.len() {
                    0 => "say.found_none",
                    1 => "say.found_one",
                    _ => "say.found",
                };
                let count = sentences.len().to_string();
                let told = self.options.strings.fill(key, &[("count", &count), ("words", &words)]);
                self.say(std::iter::once(told).chain(sentences.into_iter().next()).collect());
            }
            Err(fault) => self.fail(&fault),
        }
    }

    fn speech_ended(&mut self) {
        if matches!(&self.work, Some(work) if matches!(work.stage, Stage::Listening)) {
            self.play(Earcon::Heard);
        }
    }

    fn heard(&mut self, job: Job, result: Result<String, Fault>) {
        let Some(Stage::Listening) = self.finish(job) else {
            return;
        };
        match result {
            Ok(text) if text.trim().is_empty() => {
                self.play(Earcon::Failure);
                self.tell("say.heard_nothing");
            }
            Ok(text) => self.answer(text),
            Err(fault) => self.fail(&fault),
        }
    }

    /// Goes on with the next source, unless speaking lags behind.
    fn proceed(&mut self) {
        if !self.heeds_time()
            && self.utterances - self.spoken < AHEAD
            && let Some(source) = self.queue.pop_front()
        {
            self.taken += 1;
            self.see(source);
        }
    }

    fn freeze(&mut self, screen: Seen) {
        let text = format!(
            "{} {}",
            self.options.strings.get("say.region.begin"),
            Rect::MIDDLE.in_words(&self.options.strings)
        );
        // Speaking comes first: to show the screen takes longer.
        self.speak(&text);
        self.show(Show::Frozen(screen.picture.clone()));
        self.show(Show::Frame(Rect::MIDDLE, text));
        self.choosing = Some(Choosing {
            screen,
            rect: Rect::MIDDLE,
        });
    }

    fn region_step(&mut self, step: Step, large: bool) {
        if let Some(choosing) = &self.choosing {
            self.move_frame(choosing.rect.stepped(step, large));
        }
    }

    fn move_frame(&mut self, rect: Rect) {
        let Some(choosing) = &mut self.choosing else { return };
        choosing.rect = rect;
        let text = rect.in_words(&self.options.strings);
        self.hush();
        self.show(Show::Frame(rect, text.clone()));
        self.speak(&text);
    }

    fn region_done(&mut self) {
        let Some(choosing) = self.choosing.take() else { return };
        self.hush();
        self.show(Show::Unfrozen);
        self.play(Earcon::Start);
        self.describe(Seen {
            name: self.options.strings.get("say.region.name").to_owned(),
            picture: Arc::new(choosing.rect.of(&choosing.screen.picture)),
            path: None,
        });
    }

    fn hush(&mut self) {
        if self.is_speaking() {
            self.spoken = self.utterances;
            self.effects.push(Effect::Hush);
        }
    }

    fn tick(&mut self) {
        let is_speaking = self.is_speaking();
        if let Some(since) = &mut self.warned {
            // The pause begins when the warning was heard.
            if is_speaking {
                *since = self.now;
            } else if self.now.saturating_sub(*since) >= PAUSE {
                self.warned = None;
                self.reveal(Vec::new());
            }
        }
        let Some(work) = &mut self.work else { return };
        let lasted = self.now.saturating_sub(work.begun);
        // The person or the voice speaks: ticking would be in the way.
        let silent = matches!(work.stage, Stage::Listening) || is_speaking && matches!(work.stage, Stage::Reading(_));
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

    fn fail_source(&mut self, source: &Source, fault: &Fault) {
        let name = match source {
            Source::File(path) => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
            _ => None,
        };
        self.fail_named(&name.unwrap_or_default(), fault);
    }

    /// One of several files failed: its name is told, and the others go on.
    fn fail_named(&mut self, name: &str, fault: &Fault) {
        self.play(Earcon::Failure);
        let mut sentences: Vec<String> = self.name_aloud(name).into_iter().collect();
        sentences.push(self.options.strings.fault(fault));
        self.say(sentences);
        self.proceed();
    }

    /// A failure that changes nothing of what is being done; gives its words.
    fn show_beside(&mut self, fault: &Fault) -> String {
        self.play(Earcon::Failure);
        let (last, text) = (self.last.join(" "), self.options.strings.fault(fault));
        self.show(Show::Heard(format!("{last}\n{text}")));
        text
    }

    fn fail(&mut self, fault: &Fault) {
        self.play(Earcon::Failure);
        self.say(vec![self.options.strings.fault(fault)]);
    }

    /// "2: holiday", where several pictures are described.
    fn name_aloud(&self, name: &str) -> Option<String> {
        self.counted.then(|| {
            let number = self.taken.to_string();
            let fields = [("number", number.as_str()), ("name", name)];
            self.options.strings.fill("say.numbered", &fields)
        })
    }

    fn tell(&mut self, key: &str) {
        let text = self.options.strings.get(key).to_owned();
        self.show(Show::Heard(text.clone()));
        self.speak(&text);
    }

    /// Says, shows and keeps for "repeat".
    fn say(&mut self, sentences: Vec<String>) {
        self.show(Show::Heard(sentences.join("\n")));
        for sentence in &sentences {
            self.speak(sentence);
        }
        self.last = sentences;
    }

    fn notice(&mut self, news: String) {
        if self.status() == Status::Idle {
            self.last.clear();
        }
        self.say_also(vec![news]);
    }

    /// Says behind what is being said; "repeat" gives both.
    fn say_also(&mut self, sentences: Vec<String>) {
        for sentence in &sentences {
            self.speak(sentence);
        }
        self.last.extend(sentences);
        self.show(Show::Heard(self.last.join("\n")));
    }

    fn speak(&mut self, text: &str) {
        self.utterances += 1;
        self.effects.push(Effect::Say(self.utterances, text.to_owned()));
    }

    fn play(&mut self, earcon: Earcon) {
        self.effects.push(Effect::Play(earcon));
    }

    fn show(&mut self, show: Show) {
        self.effects.push(Effect::Show(show));
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
