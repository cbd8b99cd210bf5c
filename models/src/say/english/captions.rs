//! Captions as a language model writes them.

use super::grammar::with_article;

/// Words on which no caption ends; one that was cut off at its greatest length may.
const NEVER_LAST: [&str; 28] = [
    "a", "an", "the", "of", "in", "on", "at", "to", "by", "with", "and", "or", "is", "are", "his", "her", "their",
    "its", "for", "from", "while", "as", "into", "onto", "near", "over", "through", ",",
];

/// The caption without a dangling end, and with "a" and "an" as they should be.
pub fn tidy(caption: &str) -> String {
    let mut words: Vec<&str> = caption.split_whitespace().collect();
    while words.last().is_some_and(|last| NEVER_LAST.contains(last)) {
        words.pop();
    }
    let mut tidied: Vec<String> = Vec::with_capacity(words.len());
    for (place, &word) in words.iter().enumerate() {
        match words.get(place + 1).filter(|_| word == "a" || word == "an") {
            Some(next) => tidied.push(with_article(next).split(' ').next().unwrap_or(word).to_string()),
            None => tidied.push(word.to_string()),
        }
    }
    tidied.join(" ")
}
