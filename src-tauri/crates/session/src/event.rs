//! What happens to a session, and what comes with it.

use std::path::PathBuf;
use std::sync::Arc;

use eyebright_domain::{Action, Fault, Recording, Words};
use eyebright_models::Picture;

use crate::options::Options;
use crate::region::{Rect, Step};

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
    /// A sentence of a description is done while the rest is still being written.
    Told(Job, String),
    /// A picture was described; what was told of it stands at the beginning.
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
