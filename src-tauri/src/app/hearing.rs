//! The session's ears: the microphone and the pack `ears`, which is in memory only while a question is heard.

use eyebright_models::Cancel;

use crate::ears;
use crate::fault::Fault;
use crate::session::{Listen, Recording, Until};

/// Hears questions.
pub struct Hearing;

impl Listen for Hearing {
    fn listen(&self, until: &dyn Fn() -> Until, tell: &dyn Fn(Recording), cancel: &Cancel) -> Result<String, Fault> {
        ears::words(ears::question::hear(None, until, tell, cancel)?)
    }
}
