//! A question split into words. Recognised phrases are removed one after the other, until only the words for what it is
//! about are left.

/// One word of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    /// The word in lower case, with "ss" for "ß", as it is compared.
    plain: String,
    /// The word as it was written.
    written: String,
    /// True if a phrase was removed directly before this word, so that it does not belong to the words before.
    after_gap: bool,
}

/// The words of a question that have not been removed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<Word>);

/// The text in lower case, with "ss" for "ß", as words are compared.
pub fn plain(text: &str) -> String {
    text.to_lowercase().replace('ß', "ss")
}

impl Words {
    /// Splits a text into words at everything except letters and digits. Contractions are expanded ("what's" to "what
    /// is").
    pub fn of(text: &str) -> Self {
        let text = text.replace(['’', '`'], "'");
        let mut words = Vec::new();
        for piece in text.split(|c: char| !c.is_alphanumeric() && c != '\'') {
            let (stem, ending) = match piece.split_once('\'') {
                Some((stem, "s")) => (stem, is_question_word(stem).then_some("is")),
                Some((stem, "re")) => (stem, Some("are")),
                _ => (piece, None),
            };
            let written = stem.trim_matches('\'');
            words.extend(
                [Some(written), ending]
                    .into_iter()
                    .flatten()
                    .filter(|word| !word.is_empty())
                    .map(|word| Word {
                        plain: plain(word),
                        written: word.to_owned(),
                        after_gap: false,
                    }),
            );
        }
        Self(words)
    }

    /// True if no word is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words in lower case, as they are compared.
    pub fn plain(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|word| word.plain.as_str())
    }

    /// The first word.
    pub fn first(&self) -> Option<&str> {
        self.plain().next()
    }

    /// The last word.
    pub fn last(&self) -> Option<&str> {
        self.plain().last()
    }

    /// Removes the first occurrence of a phrase. Returns true if there was one.
    pub fn take(&mut self, phrase: &str) -> bool {
        let place = self.find(phrase);
        if let Some(start) = place {
            self.remove(start, phrase.split(' ').count());
        }
        place.is_some()
    }

    /// Removes a phrase from the beginning. Returns true if it was there.
    pub fn take_first(&mut self, phrase: &str) -> bool {
        self.find(phrase) == Some(0) && self.take(phrase)
    }

    /// Removes every occurrence of these phrases. Returns true if there was one.
    pub fn drop(&mut self, phrases: &[&str]) -> bool {
        let before = self.0.len();
        for phrase in phrases {
            while self.take(phrase) {}
        }
        self.0.len() < before
    }

    /// The remaining words as they were written, split at joiners ("and", "or") and where phrases were removed.
    pub fn parts(&self, joiners: &[&str]) -> Vec<String> {
        let mut parts: Vec<Vec<&str>> = vec![Vec::new()];
        for word in &self.0 {
            let joins = joiners.contains(&word.plain.as_str());
            if joins || word.after_gap {
                parts.push(Vec::new());
            }
            if let Some(part) = parts.last_mut().filter(|_| !joins) {
                part.push(&word.written);
            }
        }
        parts.retain(|part| !part.is_empty());
        parts.iter().map(|part| part.join(" ")).collect()
    }

    fn find(&self, phrase: &str) -> Option<usize> {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        self.0.windows(phrase.len()).position(|window| {
            let follows = window.iter().skip(1).all(|word| !word.after_gap);
            follows && window.iter().map(|word| word.plain.as_str()).eq(phrase.iter().copied())
        })
    }

    fn remove(&mut self, start: usize, length: usize) {
        self.0.drain(start..start + length);
        if let Some(next) = self.0.get_mut(start) {
            next.after_gap = true;
        }
    }
}

/// True for words after which "'s" means "is" and is not a possessive.
fn is_question_word(word: &str) -> bool {
    ["what", "where", "who", "there", "it", "that", "how"].contains(&plain(word).as_str())
}
