//! Describing pictures one after the other: finding them, describing them, reading their text.

use eyebright_domain::{Detail, Earcon, Fault, Moderation, Text, Words, untold};
use eyebright_models::Level;

use super::{AHEAD, Current, Machine, Stage, Work};
use crate::effect::Effect;
use crate::event::{Found, Job, Readout, Recalled, Seen, Source};

impl Machine {
    pub(super) fn open(&mut self, sources: Vec<Source>) {
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

    pub(super) fn caption(&mut self) {
        self.begin();
        self.play(Earcon::Start);
        match self.current_seen() {
            Some(seen) => self.describe(seen),
            None => self.tell("say.nothing_yet"),
        }
    }

    pub(super) fn recall(&mut self, recalled: Recalled) {
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

    pub(super) fn more(&mut self) {
        let Some(current) = &mut self.current else { return };
        let Some(entry) = current.entry else {
            return self.reveal(Vec::new(), &[]);
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
        // The highest level includes the text, which is read first.
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

    pub(super) fn current_seen(&self) -> Option<Seen> {
        self.current.as_ref()?.seen.clone()
    }

    pub(super) fn see(&mut self, source: Source) {
        self.work(Stage::Seeing(source.clone()), |job| Effect::See(job, source));
    }

    pub(super) fn describe(&mut self, seen: Seen) {
        let picture = seen.picture.clone();
        self.work(Stage::Describing(seen, Vec::new()), |job| {
            Effect::Describe(job, picture)
        });
    }

    pub(super) fn found(&mut self, job: Job, result: Result<Found, Fault>) {
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
            // A screen is never several sources, and no other stage looks at sources.
            (Ok(_), _) => {}
        }
    }

    pub(super) fn described(&mut self, job: Job, result: Result<Words, Fault>) {
        let Some(Stage::Describing(seen, told)) = self.finish(job) else {
            return;
        };
        let words = match result {
            Ok(words) => words,
            Err(fault) if told.is_empty() => return self.fail_named(&seen.name, &fault),
            Err(fault) => return self.break_off(&fault),
        };
        let name = self.name_aloud(&seen.name).filter(|_| told.is_empty());
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
            self.reveal([name, warning].into_iter().flatten().collect(), &told);
        }
    }

    /// Says a sentence of a description that is still being written.
    pub(super) fn told(&mut self, job: Job, sentence: String) {
        let Some(Work {
            stage: Stage::Describing(seen, told),
            ..
        }) = self.work.as_mut().filter(|work| work.job == job)
        else {
            return;
        };
        told.push(sentence.clone());
        if told.len() > 1 {
            return self.say_also(vec![sentence]);
        }
        let name = seen.name.clone();
        self.say(self.name_aloud(&name).into_iter().chain([sentence]).collect());
    }

    /// Reports a description that failed after its first sentences were said.
    fn break_off(&mut self, fault: &Fault) {
        self.play(Earcon::Failure);
        self.say_also(vec![self.options.strings.fault(fault)]);
        self.proceed();
    }

    /// The warning for a picture that may show nudity; `None` if it needs none or warnings are off.
    fn warning(&self, level: Level) -> Option<String> {
        let key = match (self.options.moderation, level) {
            (Moderation::Off, _) | (_, Level::None) => return None,
            (_, Level::Possible) => "say.nudity_possible",
            (_, Level::Likely) => "say.nudity_likely",
        };
        Some(self.options.strings.get(key).to_owned())
    }

    /// Says `sentences` and then the description of the current picture, without its beginning `before`, which was said
    /// already. Keeps the picture in the history.
    pub(super) fn reveal(&mut self, mut sentences: Vec<String>, before: &[String]) {
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
        sentences.extend(untold(words.up_to(told), before));
        // Speaking comes first: keeping makes a small picture of a large one.
        if before.is_empty() {
            self.say(sentences);
        } else {
            self.say_also(sentences);
        }
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

    /// Says the heading of the text, or the whole text if every detail was asked for.
    pub(super) fn read(&mut self, job: Job, result: Result<Readout, Fault>) {
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

    /// Goes on with the next source, unless work is under way or `AHEAD` sentences are still to be spoken.
    pub(super) fn proceed(&mut self) {
        if !self.heeds_time()
            && self.utterances - self.spoken < AHEAD
            && let Some(source) = self.queue.pop_front()
        {
            self.taken += 1;
            self.see(source);
        }
    }

    fn fail_source(&mut self, source: &Source, fault: &Fault) {
        let name = match source {
            Source::File(path) => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
            _ => None,
        };
        self.fail_named(&name.unwrap_or_default(), fault);
    }

    /// Says that one of several files failed, by its name, and goes on with the next.
    fn fail_named(&mut self, name: &str, fault: &Fault) {
        self.play(Earcon::Failure);
        let mut sentences: Vec<String> = self.name_aloud(name).into_iter().collect();
        sentences.push(self.options.strings.fault(fault));
        self.say(sentences);
        self.proceed();
    }

    /// Number and name of the picture, such as "2: holiday"; `None` unless several pictures are described.
    fn name_aloud(&self, name: &str) -> Option<String> {
        self.counted.then(|| {
            let number = self.taken.to_string();
            let fields = [("number", number.as_str()), ("name", name)];
            self.options.strings.fill("say.numbered", &fields)
        })
    }
}
