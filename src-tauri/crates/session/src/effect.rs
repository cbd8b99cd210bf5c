//! What a session does, and shows.

use std::sync::Arc;

use eyebright_domain::{Earcon, Until, Words};
use eyebright_models::Picture;

use crate::event::{Job, Seen, Source};
use crate::region::Rect;

/// What a session does.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Play a sound.
    Play(Earcon),
    /// Look at a source; answered by [`Event::Found`](crate::Event::Found).
    See(Job, Source),
    /// Describe; answered by [`Event::Described`](crate::Event::Described).
    Describe(Job, Arc<Picture>),
    /// Read the text; answered by [`Event::Read`](crate::Event::Read).
    Read(Job, Arc<Picture>),
    /// Answer a question; answered by [`Event::Answered`](crate::Event::Answered).
    Answer(Job, Arc<Picture>, String),
    /// Save a sentence as the alt text of a picture's file; answered by [`Event::Saved`](crate::Event::Saved).
    SaveAltText(Job, Seen, String),
    /// Look for entries of the history; answered by [`Event::Searched`](crate::Event::Searched).
    Find(Job, String),
    /// Listen to a question; answered by [`Event::Heard`](crate::Event::Heard).
    Listen(Job, Until),
    /// The recording of that job now ends otherwise.
    ListenUntil(Job, Until),
    /// Whatever that job does is not wanted any more.
    Abandon(Job),
    /// Speak behind what is being spoken; answered by [`Event::Spoken`](crate::Event::Spoken).
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

/// What is going on, for the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nothing.
    Idle,
    /// A picture is looked at, a question is answered.
    Working,
    /// Something is spoken.
    Speaking,
    /// The frame of a region is moved.
    ChoosingRegion,
}
