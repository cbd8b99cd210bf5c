//! The session's ports for speech and sounds, following the settings.

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

/// Speaks, or leaves speaking to the screen reader: then puts the focus on the text field, which makes screen readers
/// read it.
pub struct Voice {
    app: AppHandle,
    talker: Talker,
    events: Sender<Event>,
}

impl Voice {
    /// Makes a voice from the app's own speech engine and its window.
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
                // Screen readers do not report when they have finished, so it counts as spoken at once.
                let _ = self.events.send(Event::Spoken(utterance));
            }
        }
    }

    fn hush(&mut self) {
        self.talker.hush();
    }
}

/// Plays earcons, unless they are off in the settings.
pub struct Sounds {
    app: AppHandle,
    earcons: Earcons,
}

impl Sounds {
    /// Makes the port from a player of earcons.
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

/// Converts an event of the voice for the session.
pub fn spoken(event: talker::Event) -> Event {
    match event {
        talker::Event::Spoken(utterance) => Event::Spoken(utterance),
        talker::Event::Mute(fault) => Event::Mute(fault),
    }
}
