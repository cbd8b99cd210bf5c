//! Finds the wording of a language, and detects the language of a question.

use crate::say::english::English;
use crate::say::german::German;
use crate::say::language::Language;
use crate::say::statement::Statement;
use crate::say::wording::Wording;
use crate::say::words::Words;

/// The implementation of a language.
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

/// Detects the language of a question by counting each language's function words, plus umlauts for German. Returns
/// `before` on a tie.
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
