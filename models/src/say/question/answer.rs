//! Answers a question from the evidence about a picture.

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

/// Maximum number of characters of a question that are read.
const LONGEST: usize = 500;

/// Everything that is known about one picture.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    /// The evidence from [`Describer::observe`](crate::Describer::observe), not weighed yet.
    pub evidence: &'k Evidence,
    /// The picture of that evidence.
    pub picture: &'k Picture,
    /// The text in the picture; None if there is no reader.
    pub lines: Option<&'k [TextLine<'k>]>,
    /// The pack's.
    pub lexicon: &'k Lexicon,
    /// The pack's.
    pub calibration: &'k Calibration,
}

/// What an earlier question leaves for the next ones to refer to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turn {
    /// The form of the question; None if it was not understood.
    pub form: Option<Form>,
    /// The name of the concept that the question was about.
    pub about: Option<String>,
    /// The language of the question.
    pub language: Language,
    /// The question and a published model's answer in its own words; None if it was answered from evidence.
    pub answered: Option<Exchange>,
}

impl Turn {
    /// True if the question was about the text in the picture.
    #[must_use]
    pub fn is_about_text(&self) -> bool {
        matches!(self.form, Some(Form::Text(_)))
    }
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// One or two sentences in the language of the question.
    pub text: String,
    /// The evidence that the answer is based on.
    pub from: Basis,
    /// True if the question remains unanswered.
    pub declined: bool,
    /// The turn to pass along with the following questions.
    pub turn: Turn,
}

/// Answers a question, which may be any text. `turns` are the earlier questions about the same picture, oldest first.
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

/// Replaces the text of an answer with a published model's own words. `text` is empty if the model gave no answer.
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

/// The context in which a question is answered.
struct Asked<'a> {
    known: &'a Known<'a>,
    scene: &'a Scene<'a>,
    turns: &'a [Turn],
    language: Language,
}

impl<'a> Asked<'a> {
    /// Returns (replies, one for each named thing; the form that was understood; the thing that "it" means from now
    /// on).
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

    /// The reply to a question that cannot be answered. If it asks for a single thing without a concept, the reply says
    /// so, or finds the word in the description.
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

    /// True for function words by which the language is detected, such as "who".
    fn is_mark(&self, noun: &str) -> bool {
        wording(self.language).phrases().marks.contains(&plain(noun).as_str())
    }

    /// The concept that an earlier question was about, most recent first.
    fn before(&self) -> Option<&'a Concept> {
        let name = self.turns.iter().rev().find_map(|turn| turn.about.as_deref())?;
        self.known.lexicon.concept(name)
    }

    fn named(&self, noun: &str) -> Option<Named<'a>> {
        wording(self.language).concept(noun, self.known.lexicon)
    }
}

/// True if a question without a noun is about the thing that was named last, and not about the whole picture.
fn refers(form: Form, question: &Question) -> bool {
    match form {
        Form::Presence | Form::Count | Form::Place => true,
        Form::Colour | Form::Size => question.refers && !question.picture,
        Form::Kind | Form::Contents(_) | Form::Text(_) => false,
    }
}

/// True for the forms that ask about a thing.
fn is_of_things(form: Form) -> bool {
    matches!(
        form,
        Form::Presence | Form::Count | Form::Place | Form::Colour | Form::Size
    )
}
