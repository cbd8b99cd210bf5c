//! What a session needs of the world: small traits, each of which a test can fake.

use std::sync::Arc;

use eyebright_domain::{Earcon, Fault, Recording, Until, Words};
use eyebright_models::Clock;
use eyebright_models::{Cancel, Picture};

use crate::effect::Show;
use crate::event::{Found, Readout, Seen, Source};

/// What carries effects out.
pub struct Ports {
    /// Gets pictures.
    pub see: Arc<dyn See>,
    /// Describes them.
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
    /// Shows.
    pub display: Box<dyn Display>,
    /// Keeps.
    pub remember: Box<dyn Remember>,
    /// Tells the time.
    pub clock: Box<dyn Clock + Send>,
}

/// Gets pictures.
pub trait See: Send + Sync {
    /// Looks at a source. May take long; what it returns after `cancel` is thrown away.
    fn see(&self, source: &Source, cancel: &Cancel) -> Result<Found, Fault>;
}

/// Gets a sentence.
pub type Told<'t> = dyn Fn(String) + Send + Sync + 't;

/// Tells what pictures show.
pub trait Describe: Send + Sync {
    /// Describes. `told` gets each sentence that is done while the rest is still being written.
    fn describe(&self, picture: &Arc<Picture>, told: &Told<'_>, cancel: &Cancel) -> Result<Words, Fault>;
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

/// Hears questions.
pub trait Listen: Send + Sync {
    /// Waits for a spoken question; empty if nobody spoke. Asks again and again what ends it, and tells where the recording is.
    fn listen(&self, until: &dyn Fn() -> Until, tell: &dyn Fn(Recording), cancel: &Cancel) -> Result<String, Fault>;
}

/// Speaks. Tells the session by [`Event::Spoken`](crate::Event::Spoken) and [`Event::Mute`](crate::Event::Mute).
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
