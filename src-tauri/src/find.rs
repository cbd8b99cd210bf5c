//! Which pictures words are about. First quickly, over everything: by the words of the texts and by the contrastive score (ITC) of words
//! and pictures. Then carefully, over the best: by whether words and picture match (ITM), both read together.

use eyebright_models::{Cancel, Describer, Description, Limits, Picture};
use rayon::prelude::*;

use crate::fault::Fault;
use crate::history::{Entry, Hit, Store, Vector};

/// So many by their texts, and so many by their pictures, are looked at carefully.
pub const LOOKED_AT: usize = 20;
/// So many are told.
pub const TOLD: usize = 10;
/// What scores less is not worth telling.
pub const LEAST: f32 = 0.3;
/// What a text that holds all of the words counts for: it may mean something else with them.
const TEXT: f32 = 0.9;

/// An entry of the history that words are about.
pub struct Found {
    /// The entry.
    pub entry: Entry,
    /// How likely it is meant: 0..1.
    pub score: f32,
}

/// An entry that may be meant.
pub struct Candidate {
    hit: Hit,
    entry: Entry,
}

/// The words as a vector, to be compared with those of the history's pictures.
pub fn vector(describer: &Describer, words: &str) -> Result<Vector, Fault> {
    Ok(Vector {
        model: describer.space().to_owned(),
        numbers: describer.embed_text(words)?,
    })
}

/// The quick part: entries that may be meant.
pub fn candidates(store: &Store, words: &str, vector: &Vector) -> Result<Vec<Candidate>, crate::history::HistoryError> {
    let hits = store.search(words, Some(vector), LOOKED_AT)?;
    // One that has just been removed is none.
    let candidate = |hit: Hit| Ok(store.get(hit.id)?.map(|entry| Candidate { hit, entry }));
    hits.into_iter().filter_map(|hit| candidate(hit).transpose()).collect()
}

/// The careful part: those that are meant, best first.
pub fn among(
    candidates: Vec<Candidate>,
    describer: &Describer,
    words: &str,
    cancel: &Cancel,
) -> Result<Vec<Found>, Fault> {
    let weigh = |Candidate { hit, entry }: Candidate| -> Result<Found, Fault> {
        cancel.check()?;
        // A picture that was not kept leaves its text.
        let shows = match Picture::decode(&entry.jpeg, &Limits::default()) {
            Ok(picture) => matching(describer, &picture, words)?,
            Err(_) => 0.0,
        };
        let score = either(TEXT * hit.text, shows);
        Ok(Found { entry, score })
    };
    let mut found = candidates.into_par_iter().map(weigh).collect::<Result<Vec<_>, _>>()?;
    found.retain(|found| found.score >= LEAST);
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.entry.id.cmp(&a.entry.id)));
    found.truncate(TOLD);
    Ok(found)
}

/// The probability that words and picture belong together.
pub fn matching(describer: &Describer, picture: &Picture, words: &str) -> Result<f32, Fault> {
    Ok(describer.score(picture, words)?.itm)
}

/// How much of the words a description holds, 0 to 1; it counts for a little less than a certain match. Little words say nothing.
pub fn told(description: &Description, words: &str) -> f32 {
    const CERTAIN: f32 = 0.95;
    let things = description.objects.iter().map(|object| object.name);
    let tags = description.tags.iter().map(|tag| tag.name.as_str());
    let text: Vec<&str> = things.chain(tags).chain([description.sentence.as_str()]).collect();
    let text = text.join(" ").to_lowercase();
    let words = words.to_lowercase();
    let words: Vec<&str> = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 2)
        .map(|word| word.trim_end_matches('s'))
        .collect();
    let held = words.iter().filter(|word| text.contains(**word)).count();
    CERTAIN * held as f32 / words.len().max(1) as f32
}

/// The probability that one of two things holds that have nothing to do with each other.
pub fn either(one: f32, other: f32) -> f32 {
    1.0 - (1.0 - one) * (1.0 - other)
}
