//! The end of the app.

use std::time::Duration;

use eyebright_domain::Action;
use eyebright_session::Event;
use tauri::{AppHandle, Manager};

use super::state::App;

/// Long enough for the sound server to play what was said last.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// Ends the app: silent first, so that no voice goes on without it.
pub fn quit(app: &AppHandle) {
    app.state::<App>().send(Event::Act(Action::Stop));
    std::thread::sleep(LAST_WORDS);
    app.exit(0);
}
