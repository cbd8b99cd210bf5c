//! The list of descriptions in the window, with their pictures, newest first.

use std::path::PathBuf;

use eyebright_domain::Words;
use eyebright_models::Picture;
use eyebright_session::{Recalled, Seen};
use eyebright_store::history;

use super::address::address;
use super::thumbnail::{self, SHOWN_SIDE};
use crate::contract::Entry;

/// Largest number of entries in the list. Beyond it the oldest are removed.
const KEPT: usize = 200;

/// An entry of the list.
struct Kept {
    entry: Entry,
    words: Words,
    jpeg: Vec<u8>,
    path: Option<PathBuf>,
}

/// The list of descriptions.
#[derive(Default)]
pub struct History {
    kept: Vec<Kept>,
    /// Number of the entry that questions are about.
    pub current: Option<u64>,
}

impl History {
    /// Adds an entry. With `alone` it replaces all others: the person wants no history, but sees the current picture.
    pub fn add(&mut self, id: u64, seen: &Seen, words: Words, sentences: Vec<String>, alone: bool) {
        if alone {
            self.kept.clear();
        }
        let jpeg = thumbnail::jpeg(&seen.picture, SHOWN_SIDE);
        let entry = Entry {
            id,
            name: seen.name.clone(),
            sentences,
            sure: words.sure,
            picture: (!jpeg.is_empty()).then(|| address(id)),
        };
        let path = seen.path.clone();
        self.kept.insert(
            0,
            Kept {
                entry,
                words,
                jpeg,
                path,
            },
        );
        self.kept.truncate(KEPT);
        self.current = Some(id);
    }

    /// Inserts an entry of an earlier session into the list, in order of time.
    pub fn bring(&mut self, entry: history::Entry) {
        let place = self.kept.partition_point(|kept| kept.entry.id > entry.id);
        let kept = Kept {
            entry: listed(&entry),
            words: entry.words,
            jpeg: entry.jpeg,
            path: entry.path,
        };
        self.kept.insert(place, kept);
    }

    /// True if an entry is in the list.
    pub fn has(&self, id: u64) -> bool {
        self.kept.iter().any(|kept| kept.entry.id == id)
    }

    /// Appends sentences to an entry.
    pub fn extend(&mut self, id: u64, sentences: &[String]) {
        if let Some(kept) = self.kept.iter_mut().find(|kept| kept.entry.id == id) {
            kept.entry.sentences.extend_from_slice(sentences);
        }
    }

    /// Adds the text that was read in an entry's picture.
    pub fn has_text(&mut self, id: u64, lines: &[String]) {
        if let Some(kept) = self.kept.iter_mut().find(|kept| kept.entry.id == id) {
            kept.words.add_text(lines);
        }
    }

    /// Removes an entry, or all if None.
    pub fn forget(&mut self, id: Option<u64>) {
        self.kept.retain(|kept| id.is_some_and(|id| id != kept.entry.id));
        if !self.kept.iter().any(|kept| Some(kept.entry.id) == self.current) {
            self.current = None;
        }
    }

    /// Makes an entry the current one, and returns it for the session. None if it is not in the list.
    pub fn recall(&mut self, id: u64) -> Option<Recalled> {
        let kept = self.kept.iter().find(|kept| kept.entry.id == id)?;
        self.current = Some(id);
        let picture = Picture::decode(&kept.jpeg, &eyebright_models::Limits::default()).ok();
        Some(Recalled {
            entry: id,
            seen: picture.map(|picture| Seen {
                name: kept.entry.name.clone(),
                picture: picture.into(),
                path: kept.path.clone(),
            }),
            words: kept.words.clone(),
        })
    }

    /// All entries, newest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.kept.iter().map(|kept| kept.entry.clone()).collect()
    }

    /// Everything that was said about an entry, one sentence a line.
    pub fn text(&self, id: u64) -> Option<String> {
        let kept = self.kept.iter().find(|kept| kept.entry.id == id)?;
        Some(kept.entry.sentences.join("\n"))
    }

    /// The picture of an entry, as JPEG.
    pub fn picture(&self, id: u64) -> Option<&[u8]> {
        let kept = self.kept.iter().find(|kept| kept.entry.id == id)?;
        Some(&kept.jpeg)
    }
}

/// Converts an entry of the history on disk for the window.
pub fn listed(entry: &history::Entry) -> Entry {
    Entry {
        id: entry.id,
        name: entry.name.clone(),
        sentences: entry.said.clone(),
        sure: entry.words.sure,
        picture: (!entry.jpeg.is_empty()).then(|| address(entry.id)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn add(history: &mut History, id: u64, alone: bool) {
        let seen = Seen {
            name: String::new(),
            picture: Arc::new(Picture::from_rgb(image::RgbImage::new(2000, 10))),
            path: None,
        };
        let words = Words {
            first: format!("Sentence {id}."),
            ..Words::default()
        };
        history.add(id, &seen, words, vec![format!("Sentence {id}.")], alone);
    }

    #[test]
    fn the_newest_comes_first_and_old_ones_go() {
        let mut history = History::default();
        (1..=KEPT as u64 + 5).for_each(|id| add(&mut history, id, false));
        let entries = history.entries();
        assert_eq!(entries.len(), KEPT);
        assert_eq!(
            (entries[0].id, history.current),
            (KEPT as u64 + 5, Some(KEPT as u64 + 5))
        );
        let recalled = history.recall(10).unwrap();
        assert_eq!(recalled.words.first, "Sentence 10.");
        assert_eq!(recalled.seen.unwrap().picture.width(), SHOWN_SIDE);
        history.forget(Some(10));
        assert!(history.recall(10).is_none() && history.current.is_none());
        history.forget(None);
        assert!(history.entries().is_empty());
    }

    #[test]
    fn without_a_history_only_the_last_one_is_there() {
        let mut history = History::default();
        add(&mut history, 1, true);
        add(&mut history, 2, true);
        history.extend(2, &["More.".to_owned()]);
        assert_eq!(history.entries().len(), 1);
        assert_eq!(history.text(2).unwrap(), "Sentence 2.\nMore.");
    }
}
