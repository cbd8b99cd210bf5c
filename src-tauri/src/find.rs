//! Which pictures words are about. First quickly, over everything: by the words of the texts and by the contrastive score (ITC) of words
//! and pictures. Then carefully, over the best: by whether words and picture match (ITM), both read together. Neither needs the picture:
//! the history keeps what glance remembers of it.

use eyebright_models::captioner::Look;
use eyebright_models::qformer::ImageMemory;
use eyebright_models::vision_language::VisionLanguage;
use eyebright_models::{Cancel, Describer, Description, Limits, Picture};
use rayon::prelude::*;

use crate::fault::Fault;
use crate::history::{Entry, HistoryError, Hit, Store, Trace, Vector};

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
    memory: Option<Vec<u8>>,
}

/// What became of a search.
#[derive(Default)]
pub struct Answer {
    /// The entries that are meant, best first.
    pub found: Vec<Found>,
    /// What is remembered of pictures of which nothing was kept yet.
    pub looked: Vec<(u64, Trace)>,
}

/// The words as a vector, to be compared with those of the history's pictures.
pub fn vector(describer: &Describer, words: &str) -> Result<Vector, Fault> {
    Ok(Vector {
        model: describer.space().to_owned(),
        numbers: describer.embed_text(words)?,
    })
}

/// What the history keeps of a picture that was looked at.
pub fn trace(describer: &Describer, look: &Look) -> Result<Trace, Fault> {
    let vector = Vector {
        model: describer.space().to_owned(),
        numbers: describer.vector(look)?,
    };
    let memory = look.memory.to_bytes().map_err(eyebright_models::Error::from)?;
    Ok(Trace { vector, memory })
}

/// The quick part: entries that may be meant.
pub fn candidates(store: &Store, words: &str, vector: &Vector) -> Result<Vec<Candidate>, HistoryError> {
    let hits = store.search(words, Some(vector), LOOKED_AT)?;
    let candidate = |hit: Hit| {
        // One that has just been removed is none.
        let Some(entry) = store.get(hit.id)? else {
            return Ok(None);
        };
        let memory = store.memory(hit.id, &vector.model)?;
        Ok(Some(Candidate { hit, entry, memory }))
    };
    hits.into_iter().filter_map(|hit| candidate(hit).transpose()).collect()
}

/// The careful part: those that are meant.
pub fn among(candidates: Vec<Candidate>, describer: &Describer, words: &str, cancel: &Cancel) -> Result<Answer, Fault> {
    let mut looked = Vec::new();
    let shows = match describer.matcher() {
        Some(model) => by_model(&candidates, model, words, cancel)?,
        None => by_memory(&candidates, describer, words, cancel, &mut looked)?,
    };
    let scored = candidates.into_iter().zip(shows).map(|(candidate, shows)| Found {
        score: either(TEXT * candidate.hit.text, shows),
        entry: candidate.entry,
    });
    let mut found: Vec<Found> = scored.filter(|found| found.score >= LEAST).collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.entry.id.cmp(&a.entry.id)));
    found.truncate(TOLD);
    Ok(Answer { found, looked })
}

/// How likely each candidate's picture shows the words, by what is remembered of it. Pictures of which nothing is are looked at, and end
/// up in `looked`; one that was not kept leaves its text.
fn by_memory(
    candidates: &[Candidate],
    describer: &Describer,
    words: &str,
    cancel: &Cancel,
    looked: &mut Vec<(u64, Trace)>,
) -> Result<Vec<f32>, Fault> {
    let remember = |candidate: &Candidate| -> Result<(Option<ImageMemory>, Option<Trace>), Fault> {
        cancel.check()?;
        // Bytes that are no memory are as good as none.
        let kept = candidate.memory.as_ref().and_then(|bytes| describer.recall(bytes).ok());
        if kept.is_some() {
            return Ok((kept, None));
        }
        let Ok(picture) = Picture::decode(&candidate.entry.jpeg, &Limits::default()) else {
            return Ok((None, None));
        };
        let look = describer.look(&picture)?;
        let trace = trace(describer, &look)?;
        Ok((Some(look.memory), Some(trace)))
    };
    let remembered: Vec<_> = candidates.par_iter().map(remember).collect::<Result<_, _>>()?;
    let memories: Vec<&ImageMemory> = remembered.iter().filter_map(|(memory, _)| memory.as_ref()).collect();
    let mut weighed = describer.weigh(&memories, words)?.into_iter();
    let mut shows = Vec::with_capacity(candidates.len());
    for ((memory, trace), candidate) in remembered.iter().zip(candidates) {
        shows.push(memory.as_ref().and_then(|_| weighed.next()).unwrap_or_default());
        looked.extend(trace.clone().map(|trace| (candidate.entry.id, trace)));
    }
    Ok(shows)
}

/// The same by a published model, which looks at each picture again.
fn by_model(
    candidates: &[Candidate],
    model: &dyn VisionLanguage,
    words: &str,
    cancel: &Cancel,
) -> Result<Vec<f32>, Fault> {
    let shows = |candidate: &Candidate| {
        cancel.check()?;
        match Picture::decode(&candidate.entry.jpeg, &Limits::default()) {
            Ok(picture) => Ok(model.score(&model.look(&picture)?, words)?.itm),
            Err(_) => Ok(0.0),
        }
    };
    candidates.par_iter().map(shows).collect()
}

/// Keeps what is remembered of pictures that were looked at. The answer does not hang on it: what could not be kept is looked at again.
pub fn keep(store: &mut Store, looked: &[(u64, Trace)]) -> Result<(), HistoryError> {
    looked.iter().try_for_each(|(id, trace)| store.place(*id, trace))
}

/// The probability that words and a picture, that was looked at, belong together.
pub fn matching(describer: &Describer, picture: &Picture, look: &Look, words: &str) -> Result<f32, Fault> {
    match describer.matcher() {
        Some(model) => Ok(model.score(&model.look(picture)?, words)?.itm),
        None => Ok(describer
            .weigh(&[&look.memory], words)?
            .first()
            .copied()
            .unwrap_or_default()),
    }
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

#[cfg(test)]
mod tests {
    use eyebright_models::{Device, Pack};

    use super::*;
    use crate::history::{Limits, Store};
    use crate::words::Words;

    /// A history whose entries say nothing, so that pictures alone tell them apart.
    fn history(place: &std::path::Path, names: &[&str]) -> Store {
        let mut store = Store::open(&place.join("history.sqlite")).unwrap().store;
        let pictures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/pictures");
        for (id, name) in (1..).zip(names) {
            let entry = Entry {
                id,
                time: 0,
                name: String::new(),
                path: None,
                words: Words::default(),
                said: Vec::new(),
                jpeg: std::fs::read(pictures.join(name)).unwrap_or_default(),
            };
            let limits = Limits {
                entries: 9,
                megabytes: 99,
            };
            store.keep(&entry, limits).unwrap();
        }
        store
    }

    #[test]
    fn pictures_are_looked_at_once_and_then_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = history(folder.path(), &["dogs.jpg", "coffee.jpg", "none"]);
        let describer = Describer::open(&Pack::glance().unwrap(), &Device::Cpu).unwrap();
        let words = "a brown dog is jumping over a tree";
        let vector = vector(&describer, words).unwrap();
        let unknown = |store: &Store| -> Vec<Candidate> {
            let candidate = |id| Candidate {
                hit: Hit {
                    id,
                    text: 0.0,
                    near: 0.0,
                },
                entry: store.get(id).unwrap().unwrap(),
                memory: store.memory(id, describer.space()).unwrap(),
            };
            (1..=3).map(candidate).collect()
        };
        assert!(
            candidates(&store, words, &vector).unwrap().is_empty(),
            "nobody has looked"
        );
        let first = among(unknown(&store), &describer, words, &Cancel::default()).unwrap();
        assert_eq!(first.looked.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [1, 2]);
        keep(&mut store, &first.looked).unwrap();
        let known = candidates(&store, words, &vector).unwrap();
        assert_eq!(known.len(), 2);
        let second = among(known, &describer, words, &Cancel::default()).unwrap();
        assert!(second.looked.is_empty());
        for found in [&first.found, &second.found] {
            assert_eq!(found.iter().map(|found| found.entry.id).collect::<Vec<_>>(), [1]);
        }
        assert!((first.found[0].score - second.found[0].score).abs() < 0.1);

        // What no longer can be read is looked at again.
        let mut spoilt = first.looked;
        spoilt[0].1.memory.truncate(100);
        keep(&mut store, &spoilt).unwrap();
        let third = among(unknown(&store), &describer, words, &Cancel::default()).unwrap();
        assert_eq!(third.looked.len(), 1);
    }
}
