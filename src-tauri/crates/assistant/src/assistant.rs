//! What is asked about pictures, answered by the models.

use std::sync::{Arc, Mutex};
use std::thread;

use eyebright_domain::{Fault, lock};
use eyebright_models::Clock;
use eyebright_models::Judgement;
use eyebright_models::Line;
use eyebright_models::question::Answer;
use eyebright_models::question::TextLine;
use eyebright_models::question::Turn;
use eyebright_models::{Cancel, Describer, Description, Language, Observed, Picture, Timings, Told};
use eyebright_store::history::Trace;
use eyebright_store::packs;

use crate::find;
use crate::models::{Choice, Models};
use crate::stopwatch::Stopwatch;

/// Describes pictures, reads and judges them, answers questions about them. All clones are one.
#[derive(Clone)]
pub struct Assistant(Arc<Inner>);

struct Inner {
    models: Models,
    /// What was last looked at.
    looked: Mutex<Option<Looked>>,
}

/// A picture that questions may come about.
struct Looked {
    picture: Arc<Picture>,
    /// By which choice of a model.
    turn: u64,
    observed: Arc<Observed>,
    /// Its text, once it was read.
    lines: Option<Arc<Vec<Line>>>,
    /// What was asked so far.
    turns: Vec<Turn>,
}

impl Assistant {
    /// Loads nothing yet, and drops what was idle for long. A model that cannot be used is told to `tell`, once.
    pub fn new(choice: Choice, tell: impl Fn(Fault) + Send + Sync + 'static) -> Self {
        Self::of(Models::new(choice, Box::new(tell)))
    }

    /// Looks with a model that was loaded already, and keeps it.
    pub fn with(describer: Arc<Describer>) -> Self {
        Self::of(Models::resident(describer))
    }

    fn of(models: Models) -> Self {
        Self(Arc::new(Inner {
            models,
            looked: Mutex::default(),
        }))
    }

    /// Takes another choice over.
    pub fn adopt(&self, choice: Choice) {
        if self.0.models.adopt(choice) {
            // A model that cannot be used is told now, not when a picture is waited for.
            self.warm();
        }
    }

    /// Packs came or went: a model that could not be used may be whole again, and one that could may be gone.
    pub fn forgive(&self) {
        self.0.models.forgive();
    }

    /// Begins to load, so that the picture need not wait for it.
    pub fn warm(&self) {
        let assistant = self.clone();
        thread::spawn(move || {
            // A failure comes again, and is told, when the model is used.
            let _ = assistant.describer();
        });
    }

    /// The model that was chosen, loaded if it is not in memory.
    pub fn describer(&self) -> Result<Arc<Describer>, Fault> {
        Ok(self.0.models.chosen()?.0)
    }

    /// The built-in model, loaded if it is not in memory: the history remembers pictures as it does.
    pub fn glance(&self) -> Result<Arc<Describer>, Fault> {
        self.0.models.glance()
    }

    /// Describes a picture, and keeps what was seen for questions about it.
    /// `told` gets each sentence that is done while the rest is still being written.
    pub fn describe(&self, picture: &Arc<Picture>, cancel: &Cancel, told: &mut Told<'_>) -> Result<Description, Fault> {
        let (describer, turn) = self.0.models.chosen()?;
        let observed = self.observed((&describer, turn), picture, cancel, told)?;
        Ok(describer.compose(&observed.evidence))
    }

    /// In which descriptions are said.
    pub fn language(&self) -> Language {
        self.0.models.language()
    }

    /// Describes one of many pictures, and tells how long each stage took. Keeps nothing.
    pub fn describe_one(
        &self,
        picture: &Picture,
        cancel: &Cancel,
        clock: &dyn Clock,
        told: &mut Told<'_>,
    ) -> Result<(Description, Timings), Fault> {
        Ok(self.describer()?.describe(picture, cancel, clock, told)?)
    }

    /// Whether pictures are judged.
    pub fn judges(&self) -> bool {
        self.0.models.judges()
    }

    /// How much of a warning a picture needs. None: nobody judges, or the pack for it is not here.
    pub fn judge(&self, picture: &Picture, cancel: &Cancel) -> Result<Option<Judgement>, Fault> {
        if !self.judges() {
            return Ok(None);
        }
        Ok(Some(self.0.models.moderation()?.judge(picture, cancel)?))
    }

    /// The text in a picture, in reading order; the picture that was described last is read once.
    pub fn text(&self, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Arc<Vec<Line>>, Fault> {
        if let Some(lines) = self.looked(picture, |looked| looked.lines.clone()).flatten() {
            return Ok(lines);
        }
        let lines = Arc::new(self.0.models.reader()?.read(picture, cancel)?);
        self.looked(picture, |looked| looked.lines = Some(lines.clone()));
        Ok(lines)
    }

    /// The text in one of many pictures. None: the pack for it is not here.
    pub fn text_of_one(&self, picture: &Picture, cancel: &Cancel) -> Result<Option<Vec<Line>>, Fault> {
        if !can_read() {
            return Ok(None);
        }
        Ok(Some(self.0.models.reader()?.read(picture, cancel)?))
    }

    /// Answers a question, which may go on from those before it about the same picture.
    pub fn answer(&self, picture: &Arc<Picture>, question: &str, cancel: &Cancel) -> Result<Answer, Fault> {
        let (describer, turn) = self.0.models.chosen()?;
        let observed = self.observed((&describer, turn), picture, cancel, &mut |_| {})?;
        let turns = self.looked(picture, |looked| looked.turns.clone()).unwrap_or_default();
        let asked = Asked {
            describer: &describer,
            observed: &observed,
            picture,
            turns: &turns,
            cancel,
        };
        let answer = asked.answer(question, || can_read().then(|| self.text(picture, cancel)).transpose())?;
        self.looked(picture, |looked| looked.turns.push(answer.turn.clone()));
        Ok(answer)
    }

    /// Looks at one of many pictures, and answers questions of which each may go on from those before it. Keeps nothing.
    pub fn answer_all(&self, picture: &Picture, questions: &[String], cancel: &Cancel) -> Result<Vec<Answer>, Fault> {
        let describer = self.describer()?;
        let (observed, _) = describer.observe(picture, cancel, &Stopwatch::start(), &mut |_| {})?;
        let (mut turns, mut text) = (Vec::new(), None);
        let answer = |question: &String| {
            let asked = Asked {
                describer: &describer,
                observed: &observed,
                picture,
                turns: &turns,
                cancel,
            };
            let answer = asked.answer(question, || {
                if text.is_none() {
                    text = self.text_of_one(picture, cancel)?.map(Arc::new);
                }
                Ok(text.clone())
            })?;
            turns.push(answer.turn.clone());
            Ok(answer)
        };
        questions.iter().map(answer).collect()
    }

    /// What the history keeps of a picture; one that was just described is not looked at again for it.
    pub fn trace(&self, picture: &Arc<Picture>) -> Result<Trace, Fault> {
        let glance = self.glance()?;
        match self.looked(picture, |looked| looked.observed.clone()) {
            Some(observed) => find::trace(&glance, glance.looked(&observed, picture)?),
            None => find::trace(&glance, &glance.look(picture)?),
        }
    }

    /// What is known of a picture, if it is the one that was last looked at.
    fn looked<R>(&self, picture: &Arc<Picture>, ask: impl FnOnce(&mut Looked) -> R) -> Option<R> {
        let mut looked = lock(&self.0.looked);
        let is_it = |looked: &&mut Looked| Arc::ptr_eq(&looked.picture, picture);
        looked.as_mut().filter(is_it).map(ask)
    }

    /// What there is in a picture; it is looked at once for its description and all questions.
    fn observed(
        &self,
        (describer, turn): (&Describer, u64),
        picture: &Arc<Picture>,
        cancel: &Cancel,
        told: &mut Told<'_>,
    ) -> Result<Arc<Observed>, Fault> {
        let known = self.looked(picture, |looked| (looked.turn, looked.observed.clone()));
        if let Some((_, observed)) = known.filter(|(by, _)| *by == turn) {
            return Ok(observed);
        }
        let (observed, _) = describer.observe(picture, cancel, &Stopwatch::start(), told)?;
        let observed = Arc::new(observed);
        *lock(&self.0.looked) = Some(Looked {
            picture: picture.clone(),
            turn,
            observed: observed.clone(),
            lines: None,
            turns: Vec::new(),
        });
        Ok(observed)
    }
}

/// Whether the pack that reads text is here.
pub fn can_read() -> bool {
    packs::is_here("reader")
}

/// A picture that is asked about.
struct Asked<'a> {
    describer: &'a Describer,
    observed: &'a Observed,
    picture: &'a Picture,
    turns: &'a [Turn],
    cancel: &'a Cancel,
}

impl Asked<'_> {
    /// The answer; `read` gives the text, which only some questions need, or nothing where it cannot be read.
    fn answer(
        &self,
        question: &str,
        read: impl FnOnce() -> Result<Option<Arc<Vec<Line>>>, Fault>,
    ) -> Result<Answer, Fault> {
        let answer = self.ask(None, question)?;
        if !answer.turn.is_about_text() {
            return Ok(answer);
        }
        let Some(lines) = read()? else {
            return Ok(answer);
        };
        let lines: Vec<TextLine<'_>> = lines.iter().map(TextLine::from).collect();
        self.ask(Some(&lines), question)
    }

    fn ask(&self, lines: Option<&[TextLine<'_>]>, question: &str) -> Result<Answer, Fault> {
        let Self {
            describer,
            observed,
            picture,
            turns,
            cancel,
        } = *self;
        Ok(describer.answer(observed, picture, lines, turns, question, cancel)?)
    }
}
