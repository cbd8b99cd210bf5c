//! Interfaces between a session and the world: small traits, each of which a test can fake.

use std::sync::Arc;

use eyebright_domain::{Earcon, Fault, Recording, Until, Words};
use eyebright_models::Clock;
use eyebright_models::{Cancel, Picture};

use crate::effect::Show;
use crate::event::{Found, Readout, Seen, Source};

/// The implementations that carry effects out.
pub struct Ports {
    /// Gets pictures.
    pub see: Arc<dyn See>,
    /// Describes pictures.
    pub describe: Arc<dyn Describe>,
    /// Writes alt texts.
    pub label: Arc<dyn Label>,
    /// Looks through the history.
    pub search: Arc<dyn Search>,
    /// Hears questions.
    pub listen: Arc<dyn Listen>,
    /// Speaks.
    pub talk: Box<dyn Talk>,
    /// Plays sounds.
    pub play: Box<dyn Play>,
    /// Shows the state in the window.
    pub display: Box<dyn Display>,
    /// Keeps the history.
    pub remember: Box<dyn Remember>,
    /// Tells the time.
    pub clock: Box<dyn Clock + Send>,
}

/// Gets pictures.
pub trait See: Send + Sync {
    /// Gets the picture of a source. May take long; a result that comes after `cancel` is thrown away.
    fn see(&self, source: &Source, cancel: &Cancel) -> Result<Found, Fault>;
}

/// Callback that receives a sentence.
pub type Told<'t> = dyn Fn(String) + Send + Sync + 't;

/// Describes pictures, reads their text and answers questions about them.
pub trait Describe: Send + Sync {
    /// Describes a picture. `told` receives each finished sentence while the rest is still being written.
    fn describe(&self, picture: &Arc<Picture>, told: &Told<'_>, cancel: &Cancel) -> Result<Words, Fault>;
    /// Reads the text in a picture.
    fn read(&self, picture: &Arc<Picture>, cancel: &Cancel) -> Result<Readout, Fault>;
    /// Answers a question; it may refer to earlier ones about the same picture.
    fn answer(&self, picture: &Arc<Picture>, question: &str, cancel: &Cancel) -> Result<String, Fault>;
}

/// Writes into pictures' files.
pub trait Label: Send + Sync {
    /// Saves a sentence as the alt text of the file that a picture came from.
    fn label(&self, seen: &Seen, sentence: &str) -> Result<(), Fault>;
}

/// Looks through the history.
pub trait Search: Send + Sync {
    /// Shows the entries that match the words, and returns the first sentence of each, best first.
    fn search(&self, words: &str, cancel: &Cancel) -> Result<Vec<String>, Fault>;
}

/// Hears questions.
pub trait Listen: Send + Sync {
    /// Records a spoken question and returns its transcript, empty if nobody spoke. Polls `until` for when to end, and
    /// reports the progress of the recording to `tell`.
    fn listen(&self, until: &dyn Fn() -> Until, tell: &dyn Fn(Recording), cancel: &Cancel) -> Result<String, Fault>;
}

/// Speaks. Reports to the session by [`Event::Spoken`](crate::Event::Spoken) and [`Event::Mute`](crate::Event::Mute).
pub trait Talk: Send {
    /// Queues a text behind what is being spoken. Returns at once.
    fn say(&mut self, utterance: u64, text: &str);
    /// Falls silent at once.
    fn hush(&mut self);
}

/// Plays earcons.
pub trait Play: Send {
    /// Starts to play an earcon at once.
    fn play(&mut self, earcon: Earcon);
}

/// Shows the state in the window.
pub trait Display: Send {
    /// Shows something in the window. Returns at once.
    fn show(&mut self, show: Show);
}

/// Keeps the history.
pub trait Remember: Send {
    /// Adds an entry.
    fn remember(&mut self, entry: u64, seen: Seen, words: Words);
    /// Adds sentences that were said to an entry.
    fn add(&mut self, entry: u64, sentences: &[String]);
    /// Adds the text of the picture to an entry, line by line, whether it was said or not.
    fn text(&mut self, entry: u64, lines: &[String]);
}
