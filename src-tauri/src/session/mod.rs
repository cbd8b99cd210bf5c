//! One person's conversation with Eyebright: a state machine without a window, fed with events, answered with effects, run by one thread.
//!
//! [`Machine`] decides, and touches nothing: every [`Event`] gives a list of [`Effect`]s. [`owner`] carries them out through the
//! small traits below, each of which a test can fake.

mod machine;
pub mod owner;
mod region;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use eyebright_models::{Cancel, Description, Picture};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use machine::{Machine, Options, Status};
pub use region::{Rect, Step};

use crate::fault::Fault;
use crate::settings::Detail;

/// What a key, a button or the tray asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Describe the screen.
    Screen,
    /// Describe the active window.
    Window,
    /// Choose a part of the screen, then describe it.
    Region,
    /// Describe what was copied.
    Clipboard,
    /// Ask about the current picture.
    Ask,
    /// Say the last words again.
    Repeat,
    /// Say more about the current picture.
    More,
    /// Spell the last words.
    Spell,
    /// Fall silent, give up what is under way.
    Stop,
}

impl Action {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Screen,
        Self::Window,
        Self::Region,
        Self::Clipboard,
        Self::Ask,
        Self::Repeat,
        Self::More,
        Self::Spell,
        Self::Stop,
    ];

    /// As in the settings, on the command line and in the contract; `ui.action.NAME` is what people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Window => "window",
            Self::Region => "region",
            Self::Clipboard => "clipboard",
            Self::Ask => "ask",
            Self::Repeat => "repeat",
            Self::More => "more",
            Self::Spell => "spell",
            Self::Stop => "stop",
        }
    }
}

/// Where a picture comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The screen that the person works on.
    Screen,
    /// The active window.
    Window,
    /// What was copied: one picture, or files.
    Clipboard,
    /// A file, or a folder of them.
    File(PathBuf),
}

/// A picture that has come.
#[derive(Debug, Clone)]
pub struct Seen {
    /// A file's or window's name; empty if it has none.
    pub name: String,
    /// Its pixels.
    pub picture: Arc<Picture>,
}

/// What a source turned out to be.
#[derive(Debug, Clone)]
pub enum Found {
    /// A picture.
    Picture(Seen),
    /// Further sources: the files of a folder or of the clipboard.
    Sources(Vec<Source>),
}

/// What can be said of a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Said first.
    pub first: String,
    /// Whether that is said without "possibly".
    pub sure: bool,
    /// Said when asked for more.
    pub more: Vec<String>,
    /// Said when asked for still more.
    pub everything: Vec<String>,
}

impl From<Description> for Words {
    fn from(description: Description) -> Self {
        Self {
            first: description.sentence,
            sure: description.sure,
            more: description.more,
            everything: description.everything,
        }
    }
}

impl Words {
    /// The sentences of a level of detail, those of the levels below included.
    pub fn up_to(&self, detail: Detail) -> Vec<String> {
        let more = self.more.iter().filter(|_| detail >= Detail::More);
        let everything = self.everything.iter().filter(|_| detail >= Detail::All);
        std::iter::once(&self.first)
            .chain(more)
            .chain(everything)
            .filter(|sentence| !sentence.is_empty())
            .cloned()
            .collect()
    }
}

/// Counts requests; what comes of an older one is not listened to any more.
pub type Job = u64;

/// What happens to a session.
#[derive(Debug, Clone)]
pub enum Event {
    /// A key, a button.
    Act(Action),
    /// Dropped, pasted, opened or handed over: described one after the other.
    Open(Vec<Source>),
    /// "Caption it": the current picture anew.
    Caption,
    /// A typed question about the current picture.
    Question(String),
    /// An entry of the history becomes the current picture and is said again.
    Recall(Recalled),
    /// Text that the app itself wants said, such as the welcome.
    Announce(String),
    /// The frame of the region is moved by a key; far with `large`.
    RegionStep {
        /// Where to.
        step: Step,
        /// By a tenth instead of a fiftieth of the screen.
        large: bool,
    },
    /// The frame was drawn with the mouse.
    RegionSet(Rect),
    /// The frame is where it should be.
    RegionDone,
    /// A source was looked at.
    Found(Job, Result<Found, Fault>),
    /// A picture was described.
    Described(Job, Result<Words, Fault>),
    /// A question was answered.
    Answered(Job, Result<String, Fault>),
    /// The speaker has ended; the words follow.
    SpeechEnded,
    /// A question was heard; empty if nobody spoke.
    Heard(Job, Result<String, Fault>),
    /// The utterance of that number, and all before it, were spoken.
    Spoken(u64),
    /// The voice failed; what it should have said is shown at least.
    Mute(Fault),
    /// Time passed.
    Tick,
    /// Settings changed.
    Options(Options),
}

/// A picture of the history with what was said of it.
#[derive(Debug, Clone)]
pub struct Recalled {
    /// Number of the entry.
    pub entry: u64,
    /// The picture, if it was kept.
    pub seen: Option<Seen>,
    /// What was said.
    pub words: Words,
}

/// Short sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earcon {
    /// A request was taken.
    Start,
    /// A question was taken in.
    Heard,
    /// Something went wrong.
    Failure,
    /// Still at work.
    Tick,
    /// All was stopped.
    Stop,
}

/// What a session does.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Play a sound.
    Play(Earcon),
    /// Look at a source; answered by [`Event::Found`].
    See(Job, Source),
    /// Describe; answered by [`Event::Described`].
    Describe(Job, Arc<Picture>),
    /// Answer a question; answered by [`Event::Answered`].
    Answer(Job, Arc<Picture>, String),
    /// Listen to a question; answered by [`Event::Heard`].
    Listen(Job),
    /// Whatever that job does is not wanted any more.
    Abandon(Job),
    /// Speak behind what is being spoken; answered by [`Event::Spoken`].
    Say(u64, String),
    /// Fall silent at once.
    Hush,
    /// Something to see.
    Show(Show),
    /// A picture was described: keep it. Its number counts from 1.
    Remember(u64, Seen, Words),
    /// More was said of that entry.
    Add(u64, Vec<String>),
}

/// What the window shows.
#[derive(Debug, Clone)]
pub enum Show {
    /// What is going on.
    Status(Status),
    /// What is said, for the text field.
    Heard(String),
    /// The frame over the frozen screen, and what was said of it; the first one opens it.
    Frame(Rect, String),
    /// A screen to choose a region of.
    Frozen(Arc<Picture>),
    /// The region was chosen, or given up.
    Unfrozen,
    /// The question box is wanted.
    QuestionBox,
}

/// Gets pictures.
pub trait See: Send + Sync {
    /// Looks at a source. May take long; what it returns after `cancel` is thrown away.
    fn see(&self, source: &Source, cancel: &Cancel) -> Result<Found, Fault>;
}

/// Tells what pictures show.
pub trait Describe: Send + Sync {
    /// Describes.
    fn describe(&self, picture: &Picture, cancel: &Cancel) -> Result<Words, Fault>;
    /// Answers a question.
    fn answer(&self, picture: &Picture, question: &str, cancel: &Cancel) -> Result<String, Fault>;
}

/// Hears questions.
pub trait Listen: Send + Sync {
    /// Waits for a spoken question; empty if nobody spoke.
    fn listen(&self, cancel: &Cancel) -> Result<String, Fault>;
}

/// Speaks. Tells the session by [`Event::Spoken`] and [`Event::Mute`].
pub trait Talk: Send {
    /// Speaks behind what is being spoken. Returns at once.
    fn say(&mut self, utterance: u64, text: &str);
    /// Falls silent at once.
    fn hush(&mut self);
}

/// Plays earcons.
pub trait Play: Send {
    /// Begins at once.
    fn play(&mut self, earcon: Earcon);
}

/// Shows.
pub trait Display: Send {
    /// Returns at once.
    fn show(&mut self, show: Show);
}

/// Remembers what was described.
pub trait Remember: Send {
    /// A new entry.
    fn remember(&mut self, entry: u64, seen: Seen, words: Words);
    /// More was said of an entry.
    fn add(&mut self, entry: u64, sentences: &[String]);
}
