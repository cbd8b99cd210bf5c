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
use eyebright_models::{Cancel, Picture};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use machine::{Machine, Options, Status};
pub use region::{Rect, Step};

pub use crate::words::{Text, Words};

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
    /// Save the description in the picture's file, as its alt text.
    AltText,
    /// Fall silent, give up what is under way.
    Stop,
}

impl Action {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Screen,
        Self::Window,
        Self::Region,
        Self::Clipboard,
        Self::Ask,
        Self::Repeat,
        Self::More,
        Self::Spell,
        Self::AltText,
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
            Self::AltText => "alt_text",
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
    /// The file that it came from.
    pub path: Option<PathBuf>,
}

/// What a source turned out to be.
#[derive(Debug, Clone)]
pub enum Found {
    /// A picture.
    Picture(Seen),
    /// Further sources: the files of a folder or of the clipboard.
    Sources(Vec<Source>),
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readout {
    /// The heading and the number of lines, in a sentence.
    pub headline: String,
    /// All of it.
    pub lines: Vec<String>,
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
    /// A button, the tray, another start.
    Act(Action),
    /// A hotkey goes down; its release follows.
    Press(Action),
    /// A hotkey goes up.
    Release(Action),
    /// Dropped, pasted, opened or handed over: described one after the other.
    Open(Vec<Source>),
    /// "Caption it": the current picture anew.
    Caption,
    /// A typed question about the current picture.
    Question(String),
    /// Entries of the history are looked for by these words.
    Find(String),
    /// An entry of the history becomes the current picture and is said again.
    Recall(Recalled),
    /// Text that the app itself wants said, such as the welcome.
    Announce(String),
    /// News of what runs beside the session, such as the fetching of a pack: said behind what is being said.
    Notice(String),
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
    /// The text of a picture was read.
    Read(Job, Result<Readout, Fault>),
    /// A question was answered.
    Answered(Job, Result<String, Fault>),
    /// The alt text was saved.
    Saved(Job, Result<(), Fault>),
    /// Entries were found; the first sentence of each.
    Searched(Job, Result<Vec<String>, Fault>),
    /// The microphone was opened or closed for a question.
    Recording(Job, Recording),
    /// A question was heard; empty if nobody spoke.
    Heard(Job, Result<String, Fault>),
    /// The utterance of that number, and all before it, were spoken.
    Spoken(u64),
    /// Something beside the work failed; it is told after what is being said.
    Trouble(Fault),
    /// The voice failed; what it should have said is shown at least.
    Mute(Fault),
    /// Time passed.
    Tick,
    /// Settings changed.
    Options(Options),
}

/// What ends the recording of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// The person has spoken and is silent, or does not speak at all.
    Silent,
    /// The key that is held goes up; pauses for thought do not matter.
    Released,
    /// It ends at once.
    Now,
}

/// Where the recording of a question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// The microphone is open: now the person may speak.
    Begun,
    /// It is closed again, and somebody spoke; the words follow.
    Ended,
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
    /// The microphone is open.
    RecordingBegun,
    /// The microphone is closed, a question was taken in.
    RecordingEnded,
    /// Nobody was heard.
    NothingHeard,
    /// The microphone is too quiet.
    TooQuiet,
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
    /// Read the text; answered by [`Event::Read`].
    Read(Job, Arc<Picture>),
    /// Answer a question; answered by [`Event::Answered`].
    Answer(Job, Arc<Picture>, String),
    /// Save a sentence as the alt text of a picture's file; answered by [`Event::Saved`].
    SaveAltText(Job, Seen, String),
    /// Look for entries of the history; answered by [`Event::Searched`].
    Find(Job, String),
    /// Listen to a question; answered by [`Event::Heard`].
    Listen(Job, Until),
    /// The recording of that job now ends otherwise.
    ListenUntil(Job, Until),
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
    /// The text of that entry was read.
    Text(u64, Vec<String>),
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
    fn describe(&self, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Words, Fault>;
    /// Reads the text.
    fn read(&self, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Readout, Fault>;
    /// Answers a question, which may go on from those before it about the same picture.
    fn answer(&self, picture: &Arc<Picture>, question: &str, cancel: &Cancel) -> Result<String, Fault>;
}

/// Writes into pictures' files.
pub trait Label: Send + Sync {
    /// Saves a sentence as the alt text of the file that a picture came from.
    fn label(&self, seen: &Seen, sentence: &str) -> Result<(), Fault>;
}

/// Looks through the history.
pub trait Search: Send + Sync {
    /// Shows the entries that the words are about, and gives the first sentence of each, best first.
    fn search(&self, words: &str, cancel: &Cancel) -> Result<Vec<String>, Fault>;
}

/// Code of the fault of a microphone that is too quiet, which has an earcon of its own.
pub const TOO_QUIET: &str = "too_quiet";

/// Hears questions.
pub trait Listen: Send + Sync {
    /// Waits for a spoken question; empty if nobody spoke. Asks again and again what ends it, and tells where the recording is.
    fn listen(&self, until: &dyn Fn() -> Until, tell: &dyn Fn(Recording), cancel: &Cancel) -> Result<String, Fault>;
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
    /// The text of an entry, line by line, said or not.
    fn text(&mut self, entry: u64, lines: &[String]);
}
