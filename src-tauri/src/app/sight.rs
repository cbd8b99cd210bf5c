//! The session's `See` port: gets pictures from the screen, the clipboard and files.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use eyebright_assistant::Assistant;
use eyebright_assistant::inputs::{self, Input};
use eyebright_domain::Fault;
use eyebright_models::{Cancel, Limits, Picture};
use eyebright_platform::capture;
use eyebright_platform::clipboard::{self, Clip};
use eyebright_session::{Found, See, Seen, Source};
use tauri::{AppHandle, Manager};

use super::labels::MAIN;
use super::state::App;

/// Time a desktop needs to redraw what was behind a window after it is hidden.
const REDRAWN: Duration = Duration::from_millis(180);

/// Gets pictures from the screen, the clipboard and files.
pub struct Sight {
    /// Used to hide the app's own window.
    pub app: AppHandle,
    /// Starts loading its model while the picture is fetched.
    pub assistant: Assistant,
}

impl See for Sight {
    fn see(&self, source: &Source, cancel: &Cancel) -> Result<Found, Fault> {
        self.assistant.warm();
        match source {
            Source::Screen => {
                let shot = self.without_own_window(capture::screen)?;
                Ok(self.found("say.screen", Picture::capture(shot.pixels)))
            }
            Source::Window => {
                let shot = capture::active_window()?;
                Ok(found(shot.name, Picture::capture(shot.pixels), None))
            }
            Source::Clipboard => match clipboard::read()? {
                Clip::Files(paths) => Ok(Found::Sources(paths.into_iter().map(Source::File).collect())),
                Clip::Encoded(bytes) => Ok(self.found("say.copied", Picture::decode(&bytes, &Limits::default())?)),
                Clip::Pixels(pixels) => Ok(self.found("say.copied", Picture::from_rgb(pixels))),
            },
            Source::File(path) if path.is_dir() => folder(path, cancel),
            Source::File(path) => {
                let limits = Limits::default();
                let content = Input::File(path.clone()).read(&limits)?;
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                Ok(found(name, content.picture(&limits)?, Some(path.clone())))
            }
        }
    }
}

impl Sight {
    /// A picture named after its source; `name` is the key of that word.
    fn found(&self, name: &str, picture: Picture) -> Found {
        found(self.app.state::<App>().strings().get(name).to_owned(), picture, None)
    }

    /// Calls `capture` with the app's own window hidden.
    fn without_own_window<R>(&self, capture: impl FnOnce() -> R) -> R {
        let window = self.app.get_webview_window(MAIN);
        let shown =
            window.filter(|window| window.is_visible().unwrap_or(false) && !window.is_minimized().unwrap_or(true));
        let Some(window) = shown else { return capture() };
        let had_focus = window.is_focused().unwrap_or(false);
        let _ = window.hide();
        thread::sleep(REDRAWN);
        let result = capture();
        let _ = window.show();
        if had_focus {
            let _ = window.set_focus();
        }
        result
    }
}

fn folder(path: &std::path::Path, cancel: &Cancel) -> Result<Found, Fault> {
    let mut files = Vec::new();
    for input in inputs::expand(&[path.to_owned()]) {
        cancel.check()?;
        match input {
            Input::File(file) => files.push(Source::File(file)),
            Input::EmptyFolder(_) | Input::Stdin | Input::Taken { .. } => return Err(Fault::no_pictures()),
        }
    }
    Ok(Found::Sources(files))
}

fn found(name: String, picture: Picture, path: Option<PathBuf>) -> Found {
    Found::Picture(Seen {
        name,
        picture: Arc::new(picture),
        path,
    })
}
