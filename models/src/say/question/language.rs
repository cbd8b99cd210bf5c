//! Which language a question is in.

use super::phrases;
use super::words::Words;

/// The languages that are understood and answered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    German,
}

/// The language of which a question has more small words; `before` where it has as many of both.
pub fn of(words: &Words, before: Language) -> Language {
    let count = |language| {
        let phrases = phrases::of(language);
        let known = |word: &&str| phrases.marks.contains(word) || (phrases.fillers.contains(word) && word.len() > 1);
        words.plain().filter(known).count()
    };
    let umlauts = words.plain().filter(|word| word.contains(['ä', 'ö', 'ü'])).count();
    let (english, german) = (count(Language::English), count(Language::German) + umlauts);
    match english.cmp(&german) {
        std::cmp::Ordering::Greater => Language::English,
        std::cmp::Ordering::Less => Language::German,
        std::cmp::Ordering::Equal => before,
    }
}
