//! Finds pictures by words, in two steps. The quick search goes over everything: words in texts, and contrastive
//! similarity (ITC) of words and pictures. The careful ranking goes over its best candidates: image-text matching (ITM)
//! decides which are results, and ITM, ITC and the likelihood of the words as a caption decide their order. Neither
//! step needs the pictures themselves: the history stores glance's features of them.

use eyebright_domain::Fault;
use eyebright_models::Family;
use eyebright_models::ImageMemory;
use eyebright_models::Look;
use eyebright_models::{Cancel, Describer, Description, Language, Limits, Picture};
use eyebright_store::history::{Entry, HistoryError, Hit, Store, Trace, Vector};
use rayon::prelude::*;

/// Candidates taken from each of the two quick searches (by text, by picture) for the careful ranking.
pub const LOOKED_AT: usize = 20;
/// Largest number of results.
pub const TOLD: usize = 10;
/// Lowest score of a result.
pub const LEAST: f32 = 0.3;
/// Number of top results that are reordered by caption likelihood.
const ORDERED: usize = 16;
/// Published models return probabilities, which reach 0 and 1: their log-odds are clamped to plus or minus this.
const EXTREME: f32 = 15.0;
/// Probability that an entry is meant if its text contains all of the words. The text may use them in another sense.
const TEXT: f32 = 0.9;

/// A result of a search.
pub struct Found {
    /// The entry.
    pub entry: Entry,
    /// Probability that it is meant, 0..1.
    pub score: f32,
}

/// An entry found by the quick search, with its stored image features.
pub struct Candidate {
    hit: Hit,
    entry: Entry,
    memory: Option<Vec<u8>>,
}

/// Result of a search.
#[derive(Default)]
pub struct Answer {
    /// Entries found, best first.
    pub found: Vec<Found>,
    /// Image features computed during the search because none were stored, by entry number. Store them with [`keep`].
    pub looked: Vec<(u64, Trace)>,
}

/// Embeds words, for comparison with the vectors of pictures.
pub fn vector(describer: &Describer, words: &str) -> Result<Vector, Fault> {
    Ok(Vector {
        model: describer.space().to_owned(),
        numbers: describer.embed_text(words)?,
    })
}

/// Image features to be stored in the history.
pub fn trace(describer: &Describer, look: &Look) -> Result<Trace, Fault> {
    let vector = Vector {
        model: describer.space().to_owned(),
        numbers: describer.vector(look)?,
    };
    let memory = look.memory.to_bytes().map_err(eyebright_models::Error::from)?;
    Ok(Trace { vector, memory })
}

/// Finds entries by words. `candidates` runs the quick search in the history: see [`candidates`].
pub fn search(
    describer: &Describer,
    words: &str,
    candidates: impl FnOnce(&Vector) -> Result<Vec<Candidate>, Fault>,
    cancel: &Cancel,
) -> Result<Answer, Fault> {
    let vector = vector(describer, words)?;
    among(candidates(&vector)?, describer, words, &vector, cancel)
}

/// The quick search. Returns candidates in no order.
pub fn candidates(store: &Store, words: &str, vector: &Vector) -> Result<Vec<Candidate>, HistoryError> {
    let hits = store.search(words, Some(vector), LOOKED_AT)?;
    let candidate = |hit: Hit| {
        // Skip an entry that has just been removed.
        let Some(entry) = store.get(hit.id)? else {
            return Ok(None);
        };
        let memory = store.memory(hit.id, &vector.model)?;
        Ok(Some(Candidate { hit, entry, memory }))
    };
    hits.into_iter().filter_map(|hit| candidate(hit).transpose()).collect()
}

/// The careful ranking of candidates.
pub fn among(
    candidates: Vec<Candidate>,
    describer: &Describer,
    words: &str,
    vector: &Vector,
    cancel: &Cancel,
) -> Result<Answer, Fault> {
    let remember = |candidate| remembered(candidate, describer, vector, cancel);
    let known: Vec<Known> = candidates.into_par_iter().map(remember).collect::<Result<_, _>>()?;
    let odds = match describer.matcher() {
        Some(model) => by_model(&known, model, words, cancel)?,
        None => by_memory(known.iter(), |memories| describer.weigh(memories, words))?,
    };
    let mut looked = Vec::new();
    let mut meant = Vec::new();
    for (mut known, odds) in known.into_iter().zip(odds) {
        looked.extend(known.anew.take().map(|trace| (known.candidate.entry.id, trace)));
        let Hit { text, near, .. } = known.candidate.hit;
        let shows = odds.map_or(0.0, |odds| shown(describer, odds, near));
        let score = either(TEXT * text, shows);
        if score >= LEAST {
            meant.push(Meant {
                known,
                odds,
                score,
                rank: TEXT * text + near.max(0.0),
            });
        }
    }
    let odds: Vec<_> = meant.iter().map(|meant| meant.odds).collect();
    prefer(&mut meant, describer.finding().matching, odds);
    best_first(&mut meant);
    let ordered = meant.len().min(ORDERED);
    let foremost = &mut meant[..ordered];
    let likely = by_memory(foremost.iter().map(|meant| &meant.known), |memories| {
        describer.likelihoods(memories, words)
    })?;
    prefer(foremost, describer.finding().likelihood, likely);
    best_first(foremost);
    let found = meant.into_iter().take(TOLD).map(|meant| Found {
        entry: meant.known.candidate.entry,
        score: meant.score,
    });
    Ok(Answer {
        found: found.collect(),
        looked,
    })
}

/// A result while it is being ranked.
struct Meant {
    known: Known,
    /// Log-odds that its picture shows the words. None if it has no picture.
    odds: Option<f32>,
    score: f32,
    rank: f32,
}

/// Adds `weight * told` to each rank, where `told` is one score per entry. Entries without a score (no picture) get the
/// lowest one.
fn prefer(meant: &mut [Meant], weight: f32, told: Vec<Option<f32>>) {
    let least = told.iter().flatten().copied().fold(0.0, f32::min);
    for (meant, told) in meant.iter_mut().zip(told) {
        meant.rank += weight * told.unwrap_or(least);
    }
}

/// Sorts by rank, best first; newer entries win ties.
fn best_first(meant: &mut [Meant]) {
    let id = |meant: &Meant| meant.known.candidate.entry.id;
    meant.sort_by(|a, b| b.rank.total_cmp(&a.rank).then(id(b).cmp(&id(a))));
}

/// A candidate with its image features.
struct Known {
    candidate: Candidate,
    /// None if no picture was stored: only the text counts then.
    memory: Option<ImageMemory>,
    /// New features, if none were stored or they could not be read.
    anew: Option<Trace>,
}

fn remembered(candidate: Candidate, describer: &Describer, vector: &Vector, cancel: &Cancel) -> Result<Known, Fault> {
    cancel.check()?;
    let mut known = Known {
        // Unreadable features count as missing.
        memory: candidate.memory.as_ref().and_then(|bytes| describer.recall(bytes).ok()),
        anew: None,
        candidate,
    };
    if known.memory.is_none()
        && let Ok(picture) = Picture::decode(&known.candidate.entry.jpeg, &Limits::default())
    {
        let look = describer.look(&picture)?;
        let trace = trace(describer, &look)?;
        known.candidate.hit.near = vector.cosine(&trace.vector.numbers);
        known.memory = Some(look.memory);
        known.anew = Some(trace);
    }
    Ok(known)
}

/// Scores each entry's image features with `tell`. None for entries without features.
fn by_memory<'a>(
    known: impl Iterator<Item = &'a Known> + Clone,
    tell: impl Fn(&[&ImageMemory]) -> eyebright_models::Result<Vec<f32>>,
) -> Result<Vec<Option<f32>>, Fault> {
    let memories: Vec<&ImageMemory> = known.clone().filter_map(|known| known.memory.as_ref()).collect();
    let mut told = tell(&memories)?.into_iter();
    let of = |known: &Known| known.memory.as_ref().and_then(|_| told.next());
    Ok(known.map(of).collect())
}

/// Log-odds that each picture shows the words, by a published model, which has to process each picture anew.
fn by_model(known: &[Known], model: &dyn Family, words: &str, cancel: &Cancel) -> Result<Vec<Option<f32>>, Fault> {
    let shows = |known: &Known| {
        cancel.check()?;
        let picture = Picture::decode(&known.candidate.entry.jpeg, &Limits::default()).ok();
        picture.map(|picture| by_published(model, &picture, words)).transpose()
    };
    known.par_iter().map(shows).collect()
}

fn by_published(model: &dyn Family, picture: &Picture, words: &str) -> Result<f32, Fault> {
    let itm = model.match_text(&model.look(picture)?, words)?.itm;
    Ok((itm / (1.0 - itm)).ln().clamp(-EXTREME, EXTREME))
}

/// Stores image features computed during a search. Optional: features that are not stored are computed again next time.
pub fn keep(store: &mut Store, looked: &[(u64, Trace)]) -> Result<(), HistoryError> {
    looked.iter().try_for_each(|(id, trace)| store.place(*id, trace))
}

/// Probability that a picture shows the words, 0 to 1. `near` is its cosine similarity with them (ITC).
pub fn matching(describer: &Describer, picture: &Picture, look: &Look, words: &str, near: f32) -> Result<f32, Fault> {
    let odds = match describer.matcher() {
        Some(model) => Some(by_published(model, picture, words)?),
        None => describer.weigh(&[&look.memory], words)?.pop(),
    };
    Ok(odds.map_or(0.0, |odds| shown(describer, odds, near)))
}

/// Turns log-odds into a probability. Glance's ITM learned to tell apart similar pictures only, so its odds are
/// combined with the cosine similarity `near`, which rules out unrelated pictures.
fn shown(describer: &Describer, odds: f32, near: f32) -> f32 {
    match describer.matcher() {
        Some(_) => sigmoid(odds),
        None => sigmoid(describer.finding().meant(odds, near)),
    }
}

fn sigmoid(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

/// Share of the words that a description contains, scaled to 0..0.95. Words of one or two letters are ignored.
pub fn told(description: &Description, words: &str) -> f32 {
    const CERTAIN: f32 = 0.95;
    let sentence = description.sentence(Language::English);
    let things = description.objects.iter().map(|object| object.name);
    let tags = description.tags.iter().map(|tag| tag.name.as_str());
    let text: Vec<&str> = things.chain(tags).chain([sentence.as_str()]).collect();
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

/// Probability that at least one of two independent events holds.
pub fn either(one: f32, other: f32) -> f32 {
    1.0 - (1.0 - one) * (1.0 - other)
}

#[cfg(test)]
mod tests {
    use eyebright_domain::Words;
    use eyebright_models::{Device, Pack};
    use eyebright_store::history::{Limits, Store};

    use super::*;

    /// A history whose entries have no sentences, so that only their pictures differ.
    fn history(place: &std::path::Path, names: &[&str]) -> Store {
        let mut store = Store::open(&place.join("history.sqlite")).unwrap().store;
        let pictures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/pictures");
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

    /// A candidate whose cosine similarity is unknown.
    fn candidate(store: &Store, describer: &Describer, id: u64, text: f32) -> Candidate {
        Candidate {
            hit: Hit { id, text, near: 0.0 },
            entry: store.get(id).unwrap().unwrap(),
            memory: store.memory(id, describer.space()).unwrap(),
        }
    }

    #[test]
    fn pictures_are_looked_at_once_and_then_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = history(folder.path(), &["motorcycle.jpg", "coffee.jpg", "none"]);
        let describer = Describer::open(&Pack::glance().unwrap(), &Device::Cpu).unwrap();
        let words = "a motorcycle";
        let vector = vector(&describer, words).unwrap();
        let unknown =
            |store: &Store| -> Vec<Candidate> { (1..=3).map(|id| candidate(store, &describer, id, 0.0)).collect() };
        assert!(
            candidates(&store, words, &vector).unwrap().is_empty(),
            "nobody has looked"
        );
        let first = among(unknown(&store), &describer, words, &vector, &Cancel::default()).unwrap();
        assert_eq!(first.looked.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [1, 2]);
        keep(&mut store, &first.looked).unwrap();
        let known = candidates(&store, words, &vector).unwrap();
        assert_eq!(known.len(), 2);
        let second = among(known, &describer, words, &vector, &Cancel::default()).unwrap();
        assert!(second.looked.is_empty());
        for found in [&first.found, &second.found] {
            assert_eq!(found.iter().map(|found| found.entry.id).collect::<Vec<_>>(), [1]);
        }
        assert!((first.found[0].score - second.found[0].score).abs() < 0.1);

        // Features that cannot be read are computed again.
        let mut spoilt = first.looked;
        spoilt[0].1.memory.truncate(100);
        keep(&mut store, &spoilt).unwrap();
        let third = among(unknown(&store), &describer, words, &vector, &Cancel::default()).unwrap();
        assert_eq!(third.looked.len(), 1);
    }

    #[test]
    fn a_picture_that_is_far_needs_more_than_a_match() {
        let finding = Describer::open(&Pack::glance().unwrap(), &Device::Cpu)
            .unwrap()
            .finding();
        let shown = |odds, near| sigmoid(finding.meant(odds, near));
        assert!(shown(1.4, 0.1) < LEAST && shown(-1.4, 0.5) > LEAST);
        assert!((shown(0.0, finding.even) - 0.5).abs() < 1e-6);
        assert!(shown(-99.0, 1.0) < 1e-6 && shown(99.0, -1.0) > 0.999_999);
    }

    /// Among pictures that all match by ITM, the one with the likelier caption comes first.
    #[test]
    fn the_likelier_picture_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let store = history(folder.path(), &["dogs.jpg", "dog.jpg"]);
        let describer = Describer::open(&Pack::glance().unwrap(), &Device::Cpu).unwrap();
        for (words, first) in [
            ("a brown dog is jumping over a tree", 1),
            ("a brown and white dog is playing with a tennis ball", 2),
        ] {
            let vector = vector(&describer, words).unwrap();
            let both = (1..=2).map(|id| candidate(&store, &describer, id, 1.0)).collect();
            let found = among(both, &describer, words, &vector, &Cancel::default())
                .unwrap()
                .found;
            assert_eq!(found.len(), 2, "{words}: their texts tell both");
            assert_eq!(found[0].entry.id, first, "{words}");
        }
    }
}
