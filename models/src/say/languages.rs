//! The languages there are, and which of them a question is in.

use crate::say::english::English;
use crate::say::german::German;
use crate::say::language::Language;
use crate::say::statement::Statement;
use crate::say::wording::Wording;
use crate::say::words::Words;

/// How a language says and understands things.
pub fn wording(language: Language) -> &'static dyn Wording {
    match language {
        Language::English => &English,
        Language::German => &German,
    }
}

impl Statement {
    /// The statement as a sentence.
    #[must_use]
    pub fn in_words(&self, language: Language) -> String {
        wording(language).statement(self)
    }
}

/// The language of which a question has more small words; `before` where it has as many of both.
pub fn of(words: &Words, before: Language) -> Language {
    let count = |language| {
        let phrases = wording(language).phrases();
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
