//! Describes pictures and answers questions about them with the models.

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

/// Describes pictures, reads their text, judges them for nudity, and answers questions about them. Clones share one
/// state.
#[derive(Clone)]
pub struct Assistant(Arc<Inner>);

struct Inner {
    models: Models,
    /// The picture that was looked at last.
    looked: Mutex<Option<Looked>>,
}

/// A picture, and what is known of it for further questions.
struct Looked {
    picture: Arc<Picture>,
    /// Number of the model choice that looked at it: see [`Models::chosen`].
    turn: u64,
    observed: Arc<Observed>,
    /// Its text, once read.
    lines: Option<Arc<Vec<Line>>>,
    /// Questions so far.
    turns: Vec<Turn>,
}

impl Assistant {
    /// Loads models when needed and drops them when idle. Calls `tell` once for a model that cannot be used.
    pub fn new(choice: Choice, tell: impl Fn(Fault) + Send + Sync + 'static) -> Self {
        Self::of(Models::new(choice, Box::new(tell)))
    }

    /// Uses a model that is already loaded, and keeps it in memory.
    pub fn with(describer: Arc<Describer>) -> Self {
        Self::of(Models::resident(describer))
    }

    fn of(models: Models) -> Self {
        Self(Arc::new(Inner {
            models,
            looked: Mutex::default(),
        }))
    }

    /// Applies a new choice of models.
    pub fn adopt(&self, choice: Choice) {
        if self.0.models.adopt(choice) {
            // Load the model now, so that a failure is reported before a picture needs it.
            self.warm();
        }
    }

    /// Forgets the chosen model and its failure, and loads it again when needed. Call when packs were added or removed.
    pub fn forgive(&self) {
        self.0.models.forgive();
    }

    /// Starts loading the chosen model in the background.
    pub fn warm(&self) {
        let assistant = self.clone();
        thread::spawn(move || {
            // A failure is reported when the model is used.
            let _ = assistant.describer();
        });
    }

    /// The chosen model, loaded if needed.
    pub fn describer(&self) -> Result<Arc<Describer>, Fault> {
        Ok(self.0.models.chosen()?.0)
    }

    /// The built-in model, loaded if needed. The history stores its image features.
    pub fn glance(&self) -> Result<Arc<Describer>, Fault> {
        self.0.models.glance()
    }

    /// Describes a picture, and keeps the findings for questions about it. Calls `told` with each sentence as soon as
    /// it is complete.
    pub fn describe(&self, picture: &Arc<Picture>, cancel: &Cancel, told: &mut Told<'_>) -> Result<Description, Fault> {
        let (describer, turn) = self.0.models.chosen()?;
        let observed = self.observed((&describer, turn), picture, cancel, told)?;
        Ok(describer.compose(&observed.evidence))
    }

    /// Language of the descriptions.
    pub fn language(&self) -> Language {
        self.0.models.language()
    }

    /// Describes one of many pictures, and returns the time of each stage too. Keeps nothing for later questions.
    pub fn describe_one(
        &self,
        picture: &Picture,
        cancel: &Cancel,
        clock: &dyn Clock,
        told: &mut Told<'_>,
    ) -> Result<(Description, Timings), Fault> {
        Ok(self.describer()?.describe(picture, cancel, clock, told)?)
    }

    /// True if pictures are judged for nudity.
    pub fn judges(&self) -> bool {
        self.0.models.judges()
    }

    /// Judges how much of a nudity warning a picture needs. None if this is off or its pack was not fetched.
    pub fn judge(&self, picture: &Picture, cancel: &Cancel) -> Result<Option<Judgement>, Fault> {
        if !self.judges() {
            return Ok(None);
        }
        Ok(Some(self.0.models.moderation()?.judge(picture, cancel)?))
    }

    /// Reads the text in a picture, in reading order. For the picture described last, the result is kept.
    pub fn text(&self, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Arc<Vec<Line>>, Fault> {
        if let Some(lines) = self.looked(picture, |looked| looked.lines.clone()).flatten() {
            return Ok(lines);
        }
        let lines = Arc::new(self.0.models.reader()?.read(picture, cancel)?);
        self.looked(picture, |looked| looked.lines = Some(lines.clone()));
        Ok(lines)
    }

    /// Reads the text in one of many pictures. None if the pack for it was not fetched.
    pub fn text_of_one(&self, picture: &Picture, cancel: &Cancel) -> Result<Option<Vec<Line>>, Fault> {
        if !can_read() {
            return Ok(None);
        }
        Ok(Some(self.0.models.reader()?.read(picture, cancel)?))
    }

    /// Answers a question, which may refer to earlier ones about the same picture.
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

    /// Answers questions about one of many pictures; each may refer to those before it. Keeps nothing for later
    /// questions.
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

    /// Image features of a picture for the history. Reuses those of the picture described last.
    pub fn trace(&self, picture: &Arc<Picture>) -> Result<Trace, Fault> {
        let glance = self.glance()?;
        match self.looked(picture, |looked| looked.observed.clone()) {
            Some(observed) => find::trace(&glance, glance.looked(&observed, picture)?),
            None => find::trace(&glance, &glance.look(picture)?),
        }
    }

    /// Calls `ask` with what is known of a picture, if it is the one that was looked at last.
    fn looked<R>(&self, picture: &Arc<Picture>, ask: impl FnOnce(&mut Looked) -> R) -> Option<R> {
        let mut looked = lock(&self.0.looked);
        let is_it = |looked: &&mut Looked| Arc::ptr_eq(&looked.picture, picture);
        looked.as_mut().filter(is_it).map(ask)
    }

    /// Findings in a picture. Kept, so that a description and all questions about a picture need one pass only.
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

/// True if the pack that reads text was fetched.
pub fn can_read() -> bool {
    packs::is_here("reader")
}

/// A picture and the context for a question about it.
struct Asked<'a> {
    describer: &'a Describer,
    observed: &'a Observed,
    picture: &'a Picture,
    turns: &'a [Turn],
    cancel: &'a Cancel,
}

impl Asked<'_> {
    /// Answers a question. Calls `read` for the picture's text only if the question is about it; None: it cannot be
    /// read.
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
