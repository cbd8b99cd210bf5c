//! Questions, searches and alt texts.

use std::time::Duration;

use eyebright_domain::{Action, Earcon, Fault, Recording, TOO_QUIET, Until};

use super::{Current, Machine, Stage, Work};
use crate::effect::Effect;
use crate::event::Job;

/// A key that is held for at least this long is push-to-talk: its release ends the recording.
const HOLD: Duration = Duration::from_millis(400);

impl Machine {
    pub(super) fn save_alt_text(&mut self) {
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

    pub(super) fn find(&mut self, words: String) {
        let words = words.trim().to_owned();
        if words.is_empty() {
            return;
        }
        self.begin();
        self.play(Earcon::Start);
        self.work(Stage::Finding(words.clone()), |job| Effect::Find(job, words));
    }

    pub(super) fn question(&mut self, text: String) {
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

    pub(super) fn answered(&mut self, job: Job, result: Result<String, Fault>) {
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

    pub(super) fn saved(&mut self, job: Job, result: Result<(), Fault>) {
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

    pub(super) fn searched(&mut self, job: Job, result: Result<Vec<String>, Fault>) {
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

    pub(super) fn listen(&mut self, held: bool) {
        let (since, until) = if held {
            (Some(self.now), Until::Released)
        } else {
            (None, Until::Silent)
        };
        self.work(Stage::Listening(since), |job| Effect::Listen(job, until));
    }

    /// Handles the release of a key: after a long hold it ends the recording; after a short press the recording ends at
    /// silence or at the next press.
    pub(super) fn release(&mut self, action: Action) {
        let now = self.now;
        let Some((job, held)) = self.listening() else { return };
        let Some(since) = held.take_if(|_| action == Action::Ask) else {
            return;
        };
        let until = if now.saturating_sub(since) >= HOLD {
            Until::Now
        } else {
            Until::Silent
        };
        self.effects.push(Effect::ListenUntil(job, until));
    }

    /// Ends the recording under way with what was said so far. Returns false if there is none.
    pub(super) fn end_recording(&mut self) -> bool {
        let Some((job, held)) = self.listening() else {
            return false;
        };
        *held = None;
        self.effects.push(Effect::ListenUntil(job, Until::Now));
        true
    }

    /// The job of the recording under way, and since when its key is held (`None` if it is not).
    fn listening(&mut self) -> Option<(Job, &mut Option<Duration>)> {
        match &mut self.work {
            Some(Work {
                job,
                stage: Stage::Listening(held),
                ..
            }) => Some((*job, held)),
            _ => None,
        }
    }

    pub(super) fn recording(&mut self, job: Job, recording: Recording) {
        let now = self.now;
        let listening = |work: &&mut Work| work.job == job && matches!(work.stage, Stage::Listening(_));
        let Some(work) = self.work.as_mut().filter(listening) else {
            return;
        };
        match recording {
            Recording::Begun => self.play(Earcon::RecordingBegun),
            Recording::Ended => {
                work.stage = Stage::Transcribing;
                // From here on the person waits for the machine: ticks start now.
                (work.begun, work.ticks) = (now, 0);
                self.play(Earcon::RecordingEnded);
            }
        }
    }

    pub(super) fn heard(&mut self, job: Job, result: Result<String, Fault>) {
        let Some(Stage::Listening(_) | Stage::Transcribing) = self.finish(job) else {
            return;
        };
        match result {
            Ok(text) if text.trim().is_empty() => {
                self.play(Earcon::NothingHeard);
                self.tell("say.heard_nothing");
            }
            Ok(text) => self.answer(text),
            Err(fault) if fault.code == TOO_QUIET => {
                self.play(Earcon::TooQuiet);
                self.say(vec![self.options.strings.fault(&fault)]);
            }
            Err(fault) => self.fail(&fault),
        }
    }
}
