//! From a question to an answer.

use super::replying;
use super::scene::Scene;
use super::text::{self, TextLine};
use super::understand::Question;
use crate::base::task::Exchange;
use crate::evidence::lexicon::{Concept, Lexicon};
use crate::evidence::{Calibration, Evidence};
use crate::picture::Picture;
use crate::say::form::Form;
use crate::say::language::Language;
use crate::say::languages::{self, wording};
use crate::say::reply::{Basis, Reply};
use crate::say::wording::Named;
use crate::say::words::{Words, plain};

/// Longer questions are not read to their end: nobody asks so much at once.
const LONGEST: usize = 500;

/// All that is known of one picture.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    /// As [`Describer::evidence`](crate::Describer::evidence) gives it.
    pub evidence: &'k Evidence,
    /// The picture of that evidence.
    pub picture: &'k Picture,
    /// Its text; None if there is no reader.
    pub lines: Option<&'k [TextLine<'k>]>,
    /// The pack's.
    pub lexicon: &'k Lexicon,
    /// The pack's.
    pub calibration: &'k Calibration,
}

/// What was asked before, as far as the next question may refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turn {
    /// What was asked, if it was understood.
    pub form: Option<Form>,
    /// The name of the concept that it was asked of.
    pub about: Option<String>,
    /// The language that it was asked in.
    pub language: Language,
    /// What a model answered from the picture, in its own words.
    pub answered: Option<Exchange>,
}

impl Turn {
    /// Whether the text in the picture was asked for.
    #[must_use]
    pub fn is_about_text(&self) -> bool {
        matches!(self.form, Some(Form::Text(_)))
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// One or two sentences in the language of the question.
    pub text: String,
    /// What it rests on.
    pub from: Basis,
    /// Whether the question stays open.
    pub declined: bool,
    /// For the questions after this one.
    pub turn: Turn,
}

/// Answers a question; `turns` are those before it about the same picture, the first first. Any text may be asked.
#[must_use]
pub fn answer(known: &Known<'_>, turns: &[Turn], question: &str) -> Answer {
    let end = question
        .char_indices()
        .nth(LONGEST)
        .map_or(question.len(), |(end, _)| end);
    let words = Words::of(&question[..end]);
    let language = languages::of(
        &words,
        turns.last().map_or_else(Language::default, |turn| turn.language),
    );
    let weighed = known.evidence.weighed(known.lexicon, known.calibration);
    let scene = Scene::new(&weighed, known.picture, known.lexicon, known.calibration);
    let question = Question::understand(words, language);
    let asked = Asked {
        known,
        scene: &scene,
        turns,
        language,
    };
    let (replies, form, about) = asked.replies(&question);
    let wording = wording(language);
    let texts: Vec<String> = replies.iter().map(|reply| wording.reply(reply)).collect();
    Answer {
        text: texts.join(" "),
        from: replies.first().map_or(Basis::Nothing, Reply::basis),
        declined: replies.iter().all(Reply::is_declined),
        turn: Turn {
            form,
            about: about.map(|concept| concept.name.clone()),
            language,
            answered: None,
        },
    }
}

/// The same question answered in a language model's own words, which are empty if it has none.
#[must_use]
pub fn by_model(answer: Answer, question: &str, text: String) -> Answer {
    let exchange = Exchange {
        question: question.to_owned(),
        answer: text.clone(),
    };
    let reply = Reply::FromModel(text);
    Answer {
        text: wording(answer.turn.language).reply(&reply),
        from: reply.basis(),
        declined: reply.is_declined(),
        turn: Turn {
            answered: Some(exchange),
            ..answer.turn
        },
    }
}

/// A question on its way to replies.
struct Asked<'a> {
    known: &'a Known<'a>,
    scene: &'a Scene<'a>,
    turns: &'a [Turn],
    language: Language,
}

impl<'a> Asked<'a> {
    /// One reply for each thing that is named, the form that was understood and the thing that "it" means from now on.
    fn replies(&self, question: &Question) -> (Vec<Reply<'a>>, Option<Form>, Option<&'a Concept>) {
        let before = self.before();
        // "And the dog?" asks what was asked of the thing before.
        let mut asked_before = self.turns.iter().rev().filter_map(|turn| turn.form);
        let form = question.form.or_else(|| asked_before.find(|form| is_of_things(*form)));
        let form = form.unwrap_or(Form::Presence);
        let nouns = question.nouns.iter();
        let named: Option<Vec<Named<'a>>> = nouns.map(|noun| self.named(noun)).collect();
        let named = match named {
            Some(named) if !question.more && !self.scene.is_empty() => named,
            _ => return (vec![self.declined(question)], None, before),
        };
        if let Form::Text(wanted) = form {
            let found = self
                .known
                .lines
                .map(|lines| Reply::Text(wanted, text::find(wanted, lines)));
            return (vec![found.unwrap_or(Reply::NoReader)], Some(form), before);
        }
        if let Some(last) = named.last() {
            let reply = |named: &Named<'a>| replying::of_thing(form, named.concept, named.is_narrower, self.scene);
            return (named.iter().map(reply).collect(), Some(form), Some(last.concept));
        }
        let meant = before.or_else(|| self.scene.things.first().map(|thing| thing.concept));
        let reply = match meant.filter(|_| refers(form, question)) {
            Some(concept) => replying::of_thing(form, concept, false, self.scene),
            None => replying::of_picture(form, self.known.evidence, self.scene),
        };
        (vec![reply], Some(form), meant)
    }

    /// No evidence can answer it; if all that is asked for is one thing, it is told that this thing is not known.
    fn declined(&self, question: &Question) -> Reply<'a> {
        match question.nouns.as_slice() {
            [noun]
                if question.form.is_some_and(is_of_things)
                    && self.named(noun).is_none()
                    && !self.is_mark(noun)
                    && !self.scene.is_empty() =>
            {
                replying::of_word(noun, self.known.evidence, self.scene)
            }
            _ => Reply::Declined,
        }
    }

    /// Whether it is a small word that the language is told by, such as "who", and names no thing.
    fn is_mark(&self, noun: &str) -> bool {
        wording(self.language).phrases().marks.contains(&plain(noun).as_str())
    }

    /// The thing that was named last.
    fn before(&self) -> Option<&'a Concept> {
        let name = self.turns.iter().rev().find_map(|turn| turn.about.as_deref())?;
        self.known.lexicon.concept(name)
    }

    fn named(&self, noun: &str) -> Option<Named<'a>> {
        wording(self.language).concept(noun, self.known.lexicon)
    }
}

/// Whether a question without a noun asks about the thing that was named last, not about the picture.
fn refers(form: Form, question: &Question) -> bool {
    match form {
        Form::Presence | Form::Count | Form::Place => true,
        Form::Colour | Form::Size => question.refers && !question.picture,
        Form::Kind | Form::Contents(_) | Form::Text(_) => false,
    }
}

/// Whether a form asks about things that can be named.
fn is_of_things(form: Form) -> bool {
    matches!(
        form,
        Form::Presence | Form::Count | Form::Place | Form::Colour | Form::Size
    )
}
