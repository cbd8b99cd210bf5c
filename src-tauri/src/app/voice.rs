//! The session's voice and sounds, as the settings want them.

use std::sync::mpsc::Sender;

use eyebright_domain::Earcon;
use eyebright_platform::voice::earcons::Earcons;
use eyebright_platform::voice::talker::{self, Talker};
use eyebright_session::{Event, Play, Talk};
use eyebright_store::settings::SpeechBy;
use tauri::{AppHandle, Manager};

use super::display::show_main;
use super::state::App;
use crate::contract::Place;

/// Speaks itself, or leaves it to the screen reader: then the text field takes the focus, which is what screen readers read out.
pub struct Voice {
    app: AppHandle,
    talker: Talker,
    events: Sender<Event>,
}

impl Voice {
    /// Both ways of speaking.
    pub fn new(app: AppHandle, talker: Talker, events: Sender<Event>) -> Self {
        Self { app, talker, events }
    }
}

impl Talk for Voice {
    fn say(&mut self, utterance: u64, text: &str) {
        match self.app.state::<App>().settings().speech {
            SpeechBy::Own => self.talker.say(utterance, text),
            SpeechBy::ScreenReader => {
                show_main(&self.app, Place::Heard);
                // The screen reader does not tell when it has read.
                let _ = self.events.send(Event::Spoken(utterance));
            }
        }
    }

    fn hush(&mut self) {
        self.talker.hush();
    }
}

/// Plays earcons unless the person wants none.
pub struct Sounds {
    app: AppHandle,
    earcons: Earcons,
}

impl Sounds {
    /// Sounds to be asked for.
    pub fn new(app: AppHandle, earcons: Earcons) -> Self {
        Self { app, earcons }
    }
}

impl Play for Sounds {
    fn play(&mut self, earcon: Earcon) {
        if self.app.state::<App>().settings().earcons {
            self.earcons.play(earcon);
        }
    }
}

/// What became of words, for the session.
pub fn spoken(event: talker::Event) -> Event {
    match event {
        talker::Event::Spoken(utterance) => Event::Spoken(utterance),
        talker::Event::Mute(fault) => Event::Mute(fault),
    }
}
