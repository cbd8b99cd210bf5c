//! Quits the app.

use std::time::Duration;

use eyebright_domain::Action;
use eyebright_session::Event;
use tauri::{AppHandle, Manager};

use super::state::App;

/// Time for the sound server to finish playing.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// Quits the app. Stops speech first, so that it does not go on without the app.
pub fn quit(app: &AppHandle) {
    app.state::<App>().send(Event::Act(Action::Stop));
    std::thread::sleep(LAST_WORDS);
    app.exit(0);
}
