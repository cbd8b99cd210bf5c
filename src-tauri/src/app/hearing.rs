//! The session's ears: the microphone and the pack `ears`, which is in memory only while a question is heard.

use eyebright_models::Cancel;
use tauri::{AppHandle, Manager};

use super::state::App;
use crate::ears;
use crate::fault::Fault;
use crate::session::{Listen, Recording, Until};

/// Hears questions with the microphone of the settings.
pub struct Hearing(pub AppHandle);

impl Listen for Hearing {
    fn listen(&self, until: &dyn Fn() -> Until, tell: &dyn Fn(Recording), cancel: &Cancel) -> Result<String, Fault> {
        let chosen = self.0.state::<App>().settings().microphone;
        let microphone = (!chosen.is_empty()).then_some(&*chosen);
        ears::words(ears::question::hear(microphone, until, tell, cancel)?)
    }
}
