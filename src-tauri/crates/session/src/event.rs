//! Events that a session handles, and the data that comes with them.

use std::path::PathBuf;
use std::sync::Arc;

use eyebright_domain::{Action, Fault, Recording, Words};
use eyebright_models::Picture;

use crate::options::Options;
use crate::region::{Rect, Step};

/// A place to get pictures from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The screen that the person works on.
    Screen,
    /// The active window.
    Window,
    /// The clipboard: a copied picture, or copied files.
    Clipboard,
    /// A file, or a folder of them.
    File(PathBuf),
}

/// A picture with its name and file.
#[derive(Debug, Clone)]
pub struct Seen {
    /// A file's or window's name; empty if it has none.
    pub name: String,
    /// Its pixels.
    pub picture: Arc<Picture>,
    /// The file that it came from, if any.
    pub path: Option<PathBuf>,
}

/// Result of looking at a source.
#[derive(Debug, Clone)]
pub enum Found {
    /// A picture.
    Picture(Seen),
    /// Further sources: the files of a folder or of the clipboard.
    Sources(Vec<Source>),
}

/// The text that was read in a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readout {
    /// The heading and the number of lines, in a sentence.
    pub headline: String,
    /// The whole text, line by line.
    pub lines: Vec<String>,
}

/// An entry of the history.
#[derive(Debug, Clone)]
pub struct Recalled {
    /// Number of the entry.
    pub entry: u64,
    /// The picture, if it was kept.
    pub seen: Option<Seen>,
    /// The sentences about it.
    pub words: Words,
}

/// Number of a request, counting up. Results of an older request are ignored.
pub type Job = u64;

/// Something that has happened, for the machine to handle.
#[derive(Debug, Clone)]
pub enum Event {
    /// An action asked for by a button, the tray or another start of the program.
    Act(Action),
    /// A hotkey was pressed; its release follows.
    Press(Action),
    /// A hotkey was released.
    Release(Action),
    /// Sources that were dropped, pasted, opened or handed over, to be described one after the other.
    Open(Vec<Source>),
    /// "Caption it": describe the current picture again.
    Caption,
    /// A typed question about the current picture.
    Question(String),
    /// Search the history for these words.
    Find(String),
    /// Make an entry of the history the current picture, and say its sentences again.
    Recall(Recalled),
    /// Text that the app itself wants said, such as the welcome.
    Announce(String),
    /// News of background work, such as fetching a pack; queued behind what is being said.
    Notice(String),
    /// A key moves or resizes the frame of the region.
    RegionStep {
        /// The change of the frame.
        step: Step,
        /// True for a quarter of the screen, false for a twentieth.
        large: bool,
    },
    /// The frame was drawn with the mouse.
    RegionSet(Rect),
    /// The region is confirmed.
    RegionDone,
    /// A source was looked at, or could not be.
    Found(Job, Result<Found, Fault>),
    /// A sentence of a description is done while the rest is still being written.
    Told(Job, String),
    /// A picture was described. Its sentences begin with those of [`Event::Told`].
    Described(Job, Result<Words, Fault>),
    /// The text of a picture was read.
    Read(Job, Result<Readout, Fault>),
    /// A question was answered.
    Answered(Job, Result<String, Fault>),
    /// The alt text was saved.
    Saved(Job, Result<(), Fault>),
    /// A search has ended: the first sentence of each entry found, best first.
    Searched(Job, Result<Vec<String>, Fault>),
    /// The microphone was opened or closed for a question.
    Recording(Job, Recording),
    /// A spoken question was transcribed; empty if nobody spoke.
    Heard(Job, Result<String, Fault>),
    /// The utterance of that number, and all before it, were spoken.
    Spoken(u64),
    /// Background work failed; said behind what is being said.
    Trouble(Fault),
    /// The voice failed; its words stay on the screen.
    Mute(Fault),
    /// Time passed.
    Tick,
    /// Settings changed.
    Options(Options),
}
