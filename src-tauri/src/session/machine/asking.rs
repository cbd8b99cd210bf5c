//! Questions, searches and alt texts.

use super::{Current, Machine, Stage};
use crate::fault::Fault;
use crate::session::{Earcon, Effect, Job};

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

    pub(super) fn speech_ended(&mut self) {
        if matches!(&self.work, Some(work) if matches!(work.stage, Stage::Listening)) {
            self.play(Earcon::Heard);
        }
    }

    pub(super) fn heard(&mut self, job: Job, result: Result<String, Fault>) {
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
}
