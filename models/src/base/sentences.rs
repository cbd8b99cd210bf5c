//! Sentences in text that is still being written.

/// Words before whose full stop no sentence ends, in lower case.
const SHORTENED: [&str; 12] = [
    "mr", "mrs", "ms", "dr", "st", "no", "vs", "etc", "e.g", "i.e", "approx", "jr",
];

/// Takes pieces of text and gives sentences as soon as they are done.
#[derive(Debug, Default)]
pub struct Sentences {
    rest: String,
}

impl Sentences {
    /// Adds a piece; the sentences that end in what is there so far. One ends where white space follows its mark, so that "3.5" does not.
    pub fn push(&mut self, piece: &str) -> Vec<String> {
        self.rest.push_str(piece);
        let mut done = Vec::new();
        while let Some(end) = end(&self.rest) {
            let rest = self.rest.split_off(end);
            let sentence = std::mem::replace(&mut self.rest, rest);
            done.extend(some(&sentence));
        }
        done
    }

    /// The text behind the last sentence that was given; None if it is empty.
    #[must_use]
    pub fn finish(self) -> Option<String> {
        some(&self.rest)
    }
}

/// The sentences of a whole text.
#[must_use]
pub fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Sentences::default();
    let mut all = sentences.push(text);
    all.extend(sentences.finish());
    all
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Where the first sentence ends, behind its mark and what closes with it; None if that is not known yet.
fn end(text: &str) -> Option<usize> {
    let mut places = text.char_indices().filter(|(_, letter)| ".!?\n".contains(*letter));
    places.find_map(|(at, mark)| {
        let closed = text[at + 1..].trim_start_matches(['.', '!', '?', '"', '\'', ')', '\u{201d}']);
        let is_end = mark == '\n' || closed.starts_with(char::is_whitespace) && !is_shortened(&text[..at]);
        is_end.then_some(text.len() - closed.len())
    })
}

fn is_shortened(before: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let word = word.trim_start_matches(['(', '"']).to_lowercase();
    SHORTENED.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_given_as_soon_as_the_next_begins() {
        let mut text = Sentences::default();
        assert!(text.push("A dog runs").is_empty());
        assert!(text.push(".").is_empty(), "a number may go on");
        assert_eq!(text.push(" It is 3.5"), ["A dog runs."]);
        assert_eq!(
            text.push(" metres long! Really?) Yes"),
            ["It is 3.5 metres long!", "Really?)"]
        );
        assert_eq!(text.finish().as_deref(), Some("Yes"));
    }

    #[test]
    fn titles_and_short_forms_end_none() {
        assert_eq!(
            sentences("Mr. Smith sees a sign, e.g. a stop sign. It is red."),
            ["Mr. Smith sees a sign, e.g. a stop sign.", "It is red."]
        );
    }

    #[test]
    fn lines_end_sentences_and_nothing_is_none() {
        assert_eq!(sentences("a dog\na cat\n\n"), ["a dog", "a cat"]);
        assert!(sentences(" \n ").is_empty());
    }

    #[test]
    fn nothing_is_lost_however_it_is_cut() {
        let text = "A man \u{201c}waves.\u{201d} He wears a red shirt. Behind him: no. 5, a bus! The end";
        for cut in text.char_indices().map(|(at, _)| at) {
            let mut parts = Sentences::default();
            let mut found = parts.push(&text[..cut]);
            found.extend(parts.push(&text[cut..]));
            found.extend(parts.finish());
            assert_eq!(found, sentences(text), "{cut}");
        }
    }
}
