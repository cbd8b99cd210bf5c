//! Effects: what the session wants to have done, and what the window shows.

use std::sync::Arc;

use eyebright_domain::{Earcon, Until, Words};
use eyebright_models::Picture;

use crate::event::{Job, Seen, Source};
use crate::region::Rect;

/// Something that the machine wants to have done. The owner carries it out.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Play a sound.
    Play(Earcon),
    /// Get the picture of a source; answered by [`Event::Found`](crate::Event::Found).
    See(Job, Source),
    /// Describe a picture; answered by [`Event::Described`](crate::Event::Described).
    Describe(Job, Arc<Picture>),
    /// Read the text in a picture; answered by [`Event::Read`](crate::Event::Read).
    Read(Job, Arc<Picture>),
    /// Answer a question about a picture; answered by [`Event::Answered`](crate::Event::Answered).
    Answer(Job, Arc<Picture>, String),
    /// Save a sentence as the alt text of a picture's file; answered by [`Event::Saved`](crate::Event::Saved).
    SaveAltText(Job, Seen, String),
    /// Search the history; answered by [`Event::Searched`](crate::Event::Searched).
    Find(Job, String),
    /// Record a spoken question; answered by [`Event::Heard`](crate::Event::Heard).
    Listen(Job, Until),
    /// Change when the recording of that job ends.
    ListenUntil(Job, Until),
    /// Cancel that job; its result is not wanted any more.
    Abandon(Job),
    /// Queue an utterance, with its number, behind what is being spoken; answered by
    /// [`Event::Spoken`](crate::Event::Spoken).
    Say(u64, String),
    /// Fall silent at once.
    Hush,
    /// Show something in the window.
    Show(Show),
    /// Keep a described picture in the history, as the entry of that number.
    Remember(u64, Seen, Words),
    /// Add sentences to that entry of the history.
    Add(u64, Vec<String>),
    /// Add the text that was read, line by line, to that entry of the history.
    Text(u64, Vec<String>),
}

/// Something for the window to show.
#[derive(Debug, Clone)]
pub enum Show {
    /// The status of the session.
    Status(Status),
    /// The words that are being said, for the text field.
    Heard(String),
    /// The frame over the frozen screen and its place in words; the first one opens it.
    Frame(Rect, String),
    /// A frozen screen to choose a region of.
    Frozen(Arc<Picture>),
    /// Close the frozen screen: the region was chosen, or choosing was given up.
    Unfrozen,
    /// Open the question box.
    QuestionBox,
}

/// Status of the session, for the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nothing is going on.
    Idle,
    /// A job is under way: a picture is looked at, or a question is answered.
    Working,
    /// Something is spoken.
    Speaking,
    /// The frame of a region is moved.
    ChoosingRegion,
}
