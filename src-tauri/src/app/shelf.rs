//! The session's ports for finished descriptions: remembering them, searching them, saving them as alt text.

use eyebright_domain::{Fault, Words};
use eyebright_models::Cancel;
use eyebright_session::{Label, Remember, Search, Seen};
use eyebright_store::alt_text;
use tauri::{AppHandle, Manager};

use super::display::tell;
use super::history;
use super::state::App;
use crate::contract::Found;

/// Saves descriptions as alt text in picture files.
pub struct Labels;

impl Label for Labels {
    fn label(&self, seen: &Seen, sentence: &str) -> Result<(), Fault> {
        let path = seen.path.as_ref().ok_or_else(Fault::no_file)?;
        alt_text::save(path, sentence, &seen.picture)
    }
}

/// The list in the window and the history on disk.
pub struct Shelf(pub AppHandle);

impl Search for Shelf {
    fn search(&self, words: &str, cancel: &Cancel) -> Result<Vec<String>, Fault> {
        let state = self.0.state::<App>();
        let found = state.archive().find(words, cancel)?;
        cancel.check()?;
        state.view().found = Some(Found {
            words: words.to_owned(),
            entries: found.iter().map(|found| history::listed(&found.entry)).collect(),
        });
        tell(&self.0, &state.found_update());
        Ok(found.into_iter().map(|found| found.entry.words.first).collect())
    }
}

impl Remember for Shelf {
    fn remember(&mut self, entry: u64, mut seen: Seen, words: Words) {
        let state = self.0.state::<App>();
        let settings = state.settings();
        if seen.name.is_empty() {
            state.strings().get("say.picture").clone_into(&mut seen.name);
        }
        let sentences = words.up_to(settings.detail);
        let alone = !settings.keep_history;
        state
            .history()
            .add(entry, &seen, words.clone(), sentences.clone(), alone);
        tell(&self.0, &state.entries_update());
        if settings.keep_history {
            state.archive().keep(entry, seen, words, sentences, &settings);
        }
    }

    fn text(&mut self, entry: u64, lines: &[String]) {
        let state = self.0.state::<App>();
        state.history().has_text(entry, lines);
        if state.settings().keep_history {
            state.archive().has_text(entry, lines);
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
