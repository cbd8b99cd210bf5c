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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_words_tell_the_language() {
        let language = |text: &str| of(&Words::of(text), Language::English);
        for text in [
            "Wo ist der Hund?",
            "was steht da",
            "Wie viele Leute?",
            "Und Hunde?",
            "gibt es ein Handy",
            "Lies die Telefonnummer vor",
        ] {
            assert_eq!(language(text), Language::German, "{text}");
        }
        for text in [
            "Where is the dog?",
            "what does it say",
            "any cats?",
            "is it a hat",
            "and dogs?",
            "Was there a dog in it?",
        ] {
            assert_eq!(language(text), Language::English, "{text}");
        }
        assert_eq!(of(&Words::of("Computer?"), Language::German), Language::German);
    }
}
