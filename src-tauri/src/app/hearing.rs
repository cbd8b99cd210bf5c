//! The session's `Listen` port: the microphone, and the speech pack `ears`, loaded only while a question is heard.

use eyebright_assistant::hearing;
use eyebright_domain::{Fault, Recording, Until};
use eyebright_models::Cancel;
use eyebright_platform::recording::question;
use eyebright_session::Listen;
use tauri::{AppHandle, Manager};

use super::state::App;

/// Records and recognizes questions with the microphone of the settings.
pub struct Hearing(pub AppHandle);

impl Listen for Hearing {
    fn listen(&self, until: &dyn Fn() -> Until, tell: &dyn Fn(Recording), cancel: &Cancel) -> Result<String, Fault> {
        let chosen = self.0.state::<App>().settings().microphone;
        let microphone = (!chosen.is_empty()).then_some(&*chosen);
        // Fail before the person speaks.
        hearing::check()?;
        hearing::words(question::hear(microphone, hearing::open, until, tell, cancel)?)
    }
}
