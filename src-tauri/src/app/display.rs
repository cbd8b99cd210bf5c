//! The windows, as the session's display.

use eyebright_models::Cancel;
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindowBuilder};

use super::history;
use super::state::App;
use super::{MAIN, REGION, thumbnail};
use crate::alt_text;
use crate::contract::{Entry, Found, Place, Update};
use crate::fault::Fault;
use crate::session::{Display, Label, Remember, Search, Seen, Show, Words};

/// Tells the window. A window that is not there learns everything from its snapshot when it opens.
pub fn tell(app: &AppHandle, update: &Update) {
    let _ = app.emit("update", update);
}

/// Brings the window up, with the focus on a part of it. A closed window is opened anew: it costs no memory meanwhile, and a screen
/// reader learns nothing of what changes in a hidden one.
pub fn show_main(app: &AppHandle, place: Place) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // A desktop may refuse the focus; then the window is at least there.
        let _ = window.show();
        let _ = window.unminimize();
        let _ = window.set_focus();
        tell(app, &Update::Focus { place });
        return;
    }
    app.state::<App>().view().focus = Some(place);
    let configured = app.config().app.windows.iter().find(|window| window.label == MAIN);
    if let Some(window) = configured {
        // Whoever cannot get a window is still spoken to.
        let _ = WebviewWindowBuilder::from_config(app, window).and_then(WebviewWindowBuilder::build);
    }
}

/// Shows what the session shows.
pub struct Windows(pub AppHandle);

impl Display for Windows {
    fn show(&mut self, show: Show) {
        let state = self.0.state::<App>();
        match show {
            Show::Status(status) => {
                state.view().status = status;
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

/// The frozen screen fills the real one.
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
    // Without the window the region can still not be chosen: that must be heard.
    if built.is_err() {
        let app = app.state::<App>();
        app.send(crate::session::Event::Act(crate::session::Action::Stop));
    }
}

/// Writes alt texts.
pub struct Labels;

impl Label for Labels {
    fn label(&self, seen: &Seen, sentence: &str) -> Result<(), Fault> {
        let path = seen.path.as_ref().ok_or_else(Fault::no_file)?;
        alt_text::save(path, sentence, &seen.picture)
    }
}

/// Keeps what was described, and finds it again.
#[derive(Clone)]
pub struct Shelf(pub AppHandle);

impl Search for Shelf {
    fn search(&self, words: &str, cancel: &Cancel) -> Result<Vec<String>, Fault> {
        let state = self.0.state::<App>();
        let found = state.archive().find(words, cancel)?;
        cancel.check()?;
        let entries: Vec<Entry> = found.iter().map(|found| history::listed(&found.entry)).collect();
        state.view().found = Some(Found {
            words: words.to_owned(),
            entries,
        });
        tell(&self.0, &state.found_update());
        Ok(found.into_iter().map(|found| found.entry.words.first).collect())
    }
}

impl Remember for Shelf {
    fn remember(&mut self, entry: u64, seen: Seen, words: Words) {
        let state = self.0.state::<App>();
        let settings = state.settings();
        let name = if seen.name.is_empty() {
            state.strings().get("say.picture").to_owned()
        } else {
            seen.name.clone()
        };
        let sentences = words.up_to(settings.detail);
        let alone = !settings.keep_history;
        let seen = Seen { name, ..seen };
        state
            .history()
            .add(entry, seen.name.clone(), &seen, words.clone(), sentences.clone(), alone);
        tell(&self.0, &state.entries_update());
        if settings.keep_history {
            state.archive().keep(entry, seen, words, sentences, &settings);
        }
    }

    fn add(&mut self, entry: u64, sentences: &[String]) {
        let state = self.0.state::<App>();
        state.history().extend(entry, sentences);
        tell(&self.0, &state.entries_update());
        if state.settings().keep_history {
            state.archive().extend(entry, sentences);
        }
    }
}
