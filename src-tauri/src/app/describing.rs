//! Connects the assistant with the session and the settings.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use eyebright_assistant::{Assistant, Choice, can_read};
use eyebright_domain::{Fault, Moderation, Words};
use eyebright_models::description::text;
use eyebright_models::{Cancel, Error, Level, Picture, Statement};
use eyebright_session::{Describe, Event, Readout, Told};
use eyebright_store::settings::Settings;

/// Makes an assistant that reports models it cannot use to the session.
pub fn assistant(settings: &Settings, events: Sender<Event>) -> Assistant {
    Assistant::new(choice(settings), move |fault| {
        // An error means that the session has ended.
        let _ = events.send(Event::Trouble(fault));
    })
}

/// The choice of models in the settings.
pub fn choice(settings: &Settings) -> Choice {
    Choice {
        pack: settings.pack.clone(),
        keep: Duration::from_mins(settings.unload_minutes.into()),
        judges: settings.moderation != Moderation::Off,
        language: settings.language.spoken(),
    }
}

/// The session's `Describe` port.
pub struct Describing(pub Assistant);

impl Describing {
    /// Judges whether a picture needs a warning. A failure is noted in `words` and does not stop the description; only
    /// cancelling does.
    fn judge(&self, words: &mut Words, picture: &Picture, cancel: &Cancel) -> Result<(), Fault> {
        match self.0.judge(picture, cancel) {
            Ok(judgement) => words.level = judgement.map_or(words.level, |judgement| judgement.level),
            Err(fault) if fault.code == Error::Cancelled.code() => return Err(fault),
            Err(fault) => words.unjudged = Some(fault),
        }
        Ok(())
    }
}

impl Describe for Describing {
    fn describe(&self, picture: &Arc<Picture>, told: &Told<'_>, cancel: &Cancel) -> Result<Words, Fault> {
        // Judge first: sentences are passed on early only if no warning must come before them.
        let mut judged = Words::default();
        self.judge(&mut judged, picture, cancel)?;
        let (language, is_safe) = (
            self.0.language(),
            judged.level == Level::None && judged.unjudged.is_none(),
        );
        let tell = &mut |statement: &Statement| {
            if is_safe {
                told(statement.in_words(language));
            }
        };
        let description = self.0.describe(picture, cancel, tell)?;
        Ok(Words {
            level: judged.level,
            unjudged: judged.unjudged,
            ..Words::new(&description, language, can_read())
        })
    }

    fn read(&self, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Readout, Fault> {
        let lines = self.0.text(picture, cancel)?;
        Ok(Readout {
            headline: text::headline(&lines, self.0.language()),
            lines: text::all(&lines, self.0.language()),
        })
    }

    fn answer(&self, picture: &Arc<Picture>, question: &str, cancel: &Cancel) -> Result<String, Fault> {
        Ok(self.0.answer(picture, question, cancel)?.text)
    }
}
