//! A question as words, from which phrases are taken one after the other until only what it is about is left.

/// A word of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    /// Lower case, with "ss" for "ß".
    plain: String,
    /// As it was written.
    written: String,
    /// A phrase was taken here: what stands before and after belongs to different things.
    after_gap: bool,
}

/// What is left of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<Word>);

/// Lower case, with "ss" for "ß": how words are compared.
pub fn plain(text: &str) -> String {
    text.to_lowercase().replace('ß', "ss")
}

impl Words {
    /// The words of a text. Short forms are written out ("what's"), and everything but letters and digits divides words.
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

    /// Whether no word is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words as they are compared.
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

    /// Takes the first occurrence of a phrase out; whether there was one.
    pub fn take(&mut self, phrase: &str) -> bool {
        let place = self.find(phrase);
        if let Some(start) = place {
            self.remove(start, phrase.split(' ').count());
        }
        place.is_some()
    }

    /// Takes a phrase out of the beginning.
    pub fn take_first(&mut self, phrase: &str) -> bool {
        self.find(phrase) == Some(0) && self.take(phrase)
    }

    /// Takes every occurrence of these phrases out; whether there was one.
    pub fn drop(&mut self, phrases: &[&str]) -> bool {
        let before = self.0.len();
        for phrase in phrases {
            while self.take(phrase) {}
        }
        self.0.len() < before
    }

    /// What stands between the joiners ("and", "or") and where phrases were taken out, as it was written.
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

/// After these, "'s" is a short "is" and no genitive.
fn is_question_word(word: &str) -> bool {
    ["what", "where", "who", "there", "it", "that", "how"].contains(&plain(word).as_str())
}
