//! The descriptions of this session, newest first, with pictures to look at.

use std::io::Cursor;

use eyebright_models::Picture;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;

use crate::contract::Entry;
use crate::session::{Recalled, Seen, Words};

/// What the window shows of a picture; larger ones would fill the memory.
const LONGEST_SIDE: u32 = 1000;
const QUALITY: u8 = 85;
/// More entries than this are forgotten, oldest first.
const KEPT: usize = 200;

/// A description that is kept.
struct Kept {
    entry: Entry,
    words: Words,
    jpeg: Vec<u8>,
}

/// The history.
#[derive(Default)]
pub struct History {
    kept: Vec<Kept>,
    /// The entry that questions are about.
    pub current: Option<u32>,
}

impl History {
    /// Adds an entry. With `alone` it is the only one: the person wants no history, but the picture is still to be seen.
    pub fn add(&mut self, id: u32, name: String, seen: &Seen, words: Words, sentences: Vec<String>, alone: bool) {
        if alone {
            self.kept.clear();
        }
        let jpeg = jpeg(&seen.picture);
        let entry = Entry {
            id,
            name,
            sentences,
            sure: words.sure,
            picture: (!jpeg.is_empty()).then(|| super::pictures::address(id)),
        };
        self.kept.insert(0, Kept { entry, words, jpeg });
        self.kept.truncate(KEPT);
        self.current = Some(id);
    }

    /// More was said of an entry.
    pub fn extend(&mut self, id: u32, sentences: &[String]) {
        if let Some(kept) = self.kept.iter_mut().find(|kept| kept.entry.id == id) {
            kept.entry.sentences.extend_from_slice(sentences);
        }
    }

    /// The text of an entry was read.
    pub fn has_text(&mut self, id: u32, lines: &[String]) {
        if let Some(kept) = self.kept.iter_mut().find(|kept| kept.entry.id == id) {
            kept.words.everything.splice(0..0, lines.iter().cloned());
        }
    }

    /// Removes an entry, or all.
    pub fn forget(&mut self, id: Option<u32>) {
        self.kept.retain(|kept| id.is_some_and(|id| id != kept.entry.id));
        if !self.kept.iter().any(|kept| Some(kept.entry.id) == self.current) {
            self.current = None;
        }
    }

    /// Makes an entry the current one.
    pub fn recall(&mut self, id: u32) -> Option<Recalled> {
        let kept = self.kept.iter().find(|kept| kept.entry.id == id)?;
        self.current = Some(id);
        let picture = Picture::decode(&kept.jpeg, &eyebright_models::Limits::default()).ok();
        Some(Recalled {
            entry: u64::from(id),
            seen: picture.map(|picture| Seen {
                name: kept.entry.name.clone(),
                picture: picture.into(),
            }),
            words: kept.words.clone(),
        })
    }

    /// All entries, newest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.kept.iter().map(|kept| kept.entry.clone()).collect()
    }

    /// All that was said of an entry.
    pub fn text(&self, id: u32) -> Option<String> {
        let kept = self.kept.iter().find(|kept| kept.entry.id == id)?;
        Some(kept.entry.sentences.join("\n"))
    }

    /// The picture of an entry.
    pub fn picture(&self, id: u32) -> Option<&[u8]> {
        let kept = self.kept.iter().find(|kept| kept.entry.id == id)?;
        Some(&kept.jpeg)
    }
}

/// A picture as JPEG, made smaller if it is large; empty if that fails.
pub fn jpeg(picture: &Picture) -> Vec<u8> {
    let rgb = picture.rgb();
    let longest = rgb.width().max(rgb.height());
    let scaled = (longest > LONGEST_SIDE).then(|| {
        let side = |length: u32| (length * LONGEST_SIDE / longest).max(1);
        image::imageops::resize(rgb, side(rgb.width()), side(rgb.height()), FilterType::Triangle)
    });
    encode(scaled.as_ref().unwrap_or(rgb))
}

/// Pixels as JPEG; empty if that fails.
pub fn encode(rgb: &image::RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    match rgb.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)) {
        Ok(()) => bytes.into_inner(),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn add(history: &mut History, id: u32, alone: bool) {
        let seen = Seen {
            name: String::new(),
            picture: Arc::new(Picture::from_rgb(image::RgbImage::new(2000, 10))),
        };
        let words = Words {
            first: format!("Sentence {id}."),
            ..Words::default()
        };
        history.add(
            id,
            "Screen".to_owned(),
            &seen,
            words,
            vec![format!("Sentence {id}.")],
            alone,
        );
    }

    #[test]
    fn the_newest_comes_first_and_old_ones_go() {
        let mut history = History::default();
        (1..=KEPT as u32 + 5).for_each(|id| add(&mut history, id, false));
        let entries = history.entries();
        assert_eq!(entries.len(), KEPT);
        assert_eq!(
            (entries[0].id, history.current),
            (KEPT as u32 + 5, Some(KEPT as u32 + 5))
        );
        let recalled = history.recall(10).unwrap();
        assert_eq!(recalled.words.first, "Sentence 10.");
        assert_eq!(recalled.seen.unwrap().picture.width(), LONGEST_SIDE);
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
