//! Output of the machine: what is spoken, played and shown.

use eyebright_domain::{Earcon, Fault};

use super::Machine;
use crate::effect::{Effect, Show, Status};

impl Machine {
    pub(super) fn hush(&mut self) {
        if self.is_speaking() {
            self.spoken = self.utterances;
            self.effects.push(Effect::Hush);
        }
    }

    /// Shows a failure that leaves the current request as it is, and returns its message.
    pub(super) fn show_beside(&mut self, fault: &Fault) -> String {
        self.play(Earcon::Failure);
        let (last, text) = (self.last.join(" "), self.options.strings.fault(fault));
        self.show(Show::Heard(format!("{last}\n{text}")));
        text
    }

    pub(super) fn fail(&mut self, fault: &Fault) {
        self.play(Earcon::Failure);
        self.say(vec![self.options.strings.fault(fault)]);
    }

    pub(super) fn tell(&mut self, key: &str) {
        let text = self.options.strings.get(key).to_owned();
        self.show(Show::Heard(text.clone()));
        self.speak(&text);
    }

    /// Says and shows sentences, and keeps them for "repeat".
    pub(super) fn say(&mut self, sentences: Vec<String>) {
        self.show(Show::Heard(sentences.join("\n")));
        for sentence in &sentences {
            self.speak(sentence);
        }
        self.last = sentences;
    }

    pub(super) fn notice(&mut self, news: String) {
        if self.status() == Status::Idle {
            self.last.clear();
        }
        self.say_also(vec![news]);
    }

    /// Says sentences behind those being said; "repeat" gives both.
    pub(super) fn say_also(&mut self, sentences: Vec<String>) {
        for sentence in &sentences {
            self.speak(sentence);
        }
        self.last.extend(sentences);
        self.show(Show::Heard(self.last.join("\n")));
    }

    pub(super) fn speak(&mut self, text: &str) {
        self.utterances += 1;
        self.effects.push(Effect::Say(self.utterances, text.to_owned()));
    }

    pub(super) fn play(&mut self, earcon: Earcon) {
        self.effects.push(Effect::Play(earcon));
    }

    pub(super) fn show(&mut self, show: Show) {
        self.effects.push(Effect::Show(show));
    }
}
