//! The session's `Display` port: the app's windows.

use eyebright_domain::Action;
use eyebright_session::{Display, Event, Show};
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindowBuilder};

use super::labels::{MAIN, REGION};
use super::state::App;
use super::thumbnail;
use crate::contract::{Place, Update};

/// Sends an update to the windows. A closed window needs none: it gets a snapshot when it opens.
pub fn tell(app: &AppHandle, update: &Update) {
    let _ = app.emit("update", update);
}

/// Shows the main window and puts the focus on a part of it. If it is closed, opens a new one. (Windows are closed, not
/// hidden: that saves memory, and screen readers do not notice changes in hidden windows.)
pub fn show_main(app: &AppHandle, place: Place) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // A desktop may refuse the focus; then the window is at least visible.
        let _ = window.show();
        let _ = window.unminimize();
        let _ = window.set_focus();
        tell(app, &Update::Focus { place });
        return;
    }
    app.state::<App>().view().focus = Some(place);
    let configured = app.config().app.windows.iter().find(|window| window.label == MAIN);
    if let Some(window) = configured {
        // If it fails, the app still works by speech.
        let _ = WebviewWindowBuilder::from_config(app, window).and_then(WebviewWindowBuilder::build);
    }
}

/// Shows the session's output in the windows.
pub struct Windows(pub AppHandle);

impl Display for Windows {
    fn show(&mut self, show: Show) {
        let state = self.0.state::<App>();
        match show {
            Show::Status(status) => {
                state.view().status = status;
                let status = status.into();
                tell(&self.0, &Update::Status { status });
            }
            Show::Heard(text) => {
                state.view().heard.clone_from(&text);
                tell(&self.0, &Update::Heard { text });
            }
            Show::Frozen(picture) => {
                state.view().screen = Some(thumbnail::encode(picture.rgb()));
                open_region(&self.0);
            }
            Show::Frame(rect, text) => {
                let rect = rect.into();
                state.view().frame = Some((rect, text.clone()));
                tell(&self.0, &Update::Region { rect, text });
            }
            Show::Unfrozen => {
                {
                    let mut view = state.view();
                    view.screen = None;
                    view.frame = None;
                }
                if let Some(window) = self.0.get_webview_window(REGION) {
                    let _ = window.destroy();
                }
            }
            Show::QuestionBox => show_main(&self.0, Place::Question),
        }
    }
}

/// Opens the full-screen window that shows the frozen screen, for choosing a region.
fn open_region(app: &AppHandle) {
    let title = app.state::<App>().strings().get("ui.region.heading").to_owned();
    let built = WebviewWindowBuilder::new(app, REGION, WebviewUrl::App("region.html".into()))
        .title(title)
        .decorations(false)
        .fullscreen(true)
        .always_on_top(true)
        .skip_taskbar(true)
        .focused(true)
        .build();
    // Without the window no region can be chosen: stop, which the person hears.
    if built.is_err() {
        let app = app.state::<App>();
        app.send(Event::Act(Action::Stop));
    }
}
