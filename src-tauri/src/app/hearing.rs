//! The session's ears: the microphone and the pack `ears`, which is in memory only while a question is heard.

use eyebright_assistant::hearing;
use eyebright_domain::{Fault, Recording, Until};
use eyebright_models::Cancel;
use eyebright_platform::recording::question;
use eyebright_session::Listen;
use tauri::{AppHandle, Manager};

use super::state::App;

/// Hears questions with the microphone of the settings.
pub struct Hearing(pub AppHandle);

impl Listen for Hearing {
    fn listen(&self, until: &dyn Fn() -> Until, tell: &dyn Fn(Recording), cancel: &Cancel) -> Result<String, Fault> {
        let chosen = self.0.state::<App>().settings().microphone;
        let microphone = (!chosen.is_empty()).then_some(&*chosen);
        // Told before the person speaks in vain.
        hearing::check()?;
        hearing::words(question::hear(microphone, hearing::open, until, tell, cancel)?)
    }
}
