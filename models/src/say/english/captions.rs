//! Tidies captions of a language model.

use super::grammar::with_article;

/// Words that cannot end a caption, unless it was cut off at its maximum length.
const NEVER_LAST: [&str; 28] = [
    "a", "an", "the", "of", "in", "on", "at", "to", "by", "with", "and", "or", "is", "are", "his", "her", "their",
    "its", "for", "from", "while", "as", "into", "onto", "near", "over", "through", ",",
];

/// Removes a dangling end from a caption and corrects "a" and "an".
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
