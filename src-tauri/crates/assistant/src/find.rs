//! Which pictures words are about. First quickly, over everything: by the words of the texts and by the contrastive score (ITC) of words
//! and pictures. Then carefully, over the best: whether words and picture match (ITM), both read together, tells which are meant, and ITC
//! with the likelihood of the words as a caption tells which of them come first. Neither needs the picture: the history keeps what glance
//! remembers of it.

use eyebright_domain::Fault;
use eyebright_models::Family;
use eyebright_models::ImageMemory;
use eyebright_models::Look;
use eyebright_models::{Cancel, Describer, Description, Language, Limits, Picture};
use eyebright_store::history::{Entry, HistoryError, Hit, Store, Trace, Vector};
use rayon::prelude::*;

/// So many by their texts, and so many by their pictures, are looked at carefully.
pub const LOOKED_AT: usize = 20;
/// So many are told.
pub const TOLD: usize = 10;
/// What scores less is not worth telling.
pub const LEAST: f32 = 0.3;
/// So many of those that are meant are put in order carefully.
const ORDERED: usize = 16;
/// The log-odds of a published model end here: it tells probabilities, which reach 0 and 1.
const EXTREME: f32 = 15.0;
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

/// Entries of a history that words are about, best first; `candidates` asks the history for those that may be meant.
pub fn search(
    describer: &Describer,
    words: &str,
    candidates: impl FnOnce(&Vector) -> Result<Vec<Candidate>, Fault>,
    cancel: &Cancel,
) -> Result<Answer, Fault> {
    let vector = vector(describer, words)?;
    among(candidates(&vector)?, describer, words, &vector, cancel)
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

/// An entry that is meant.
struct Meant {
    known: Known,
    /// How much more likely than not its picture is meant, if it has one: log-odds.
    odds: Option<f32>,
    score: f32,
    rank: f32,
}

/// Lets those come forward of which more is told. Where there is no picture the text must do: no picture tells less.
fn prefer(meant: &mut [Meant], weight: f32, told: Vec<Option<f32>>) {
    let least = told.iter().flatten().copied().fold(0.0, f32::min);
    for (meant, told) in meant.iter_mut().zip(told) {
        meant.rank += weight * told.unwrap_or(least);
    }
}

/// Of equals the newest.
fn best_first(meant: &mut [Meant]) {
    let id = |meant: &Meant| meant.known.candidate.entry.id;
    meant.sort_by(|a, b| b.rank.total_cmp(&a.rank).then(id(b).cmp(&id(a))));
}

/// A candidate and what is known of its picture.
struct Known {
    candidate: Candidate,
    /// None if the picture was not kept: its text is left.
    memory: Option<ImageMemory>,
    /// What was kept of the picture was of no use, so that it was looked at.
    anew: Option<Trace>,
}

fn remembered(candidate: Candidate, describer: &Describer, vector: &Vector, cancel: &Cancel) -> Result<Known, Fault> {
    cancel.check()?;
    let mut known = Known {
        // Bytes that are no memory are as good as none.
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

/// What glance tells of each picture that it remembers.
fn by_memory<'a>(
    known: impl Iterator<Item = &'a Known> + Clone,
    tell: impl Fn(&[&ImageMemory]) -> eyebright_models::Result<Vec<f32>>,
) -> Result<Vec<Option<f32>>, Fault> {
    let memories: Vec<&ImageMemory> = known.clone().filter_map(|known| known.memory.as_ref()).collect();
    let mut told = tell(&memories)?.into_iter();
    let of = |known: &Known| known.memory.as_ref().and_then(|_| told.next());
    Ok(known.map(of).collect())
}

/// The log-odds that each picture shows the words, by a published model, which looks at each again.
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

/// Keeps what is remembered of pictures that were looked at. The answer does not hang on it: what could not be kept is looked at again.
pub fn keep(store: &mut Store, looked: &[(u64, Trace)]) -> Result<(), HistoryError> {
    looked.iter().try_for_each(|(id, trace)| store.place(*id, trace))
}

/// How likely a picture, that was looked at and is so near to the words (ITC), shows them: 0 to 1.
pub fn matching(describer: &Describer, picture: &Picture, look: &Look, words: &str, near: f32) -> Result<f32, Fault> {
    let odds = match describer.matcher() {
        Some(model) => Some(by_published(model, picture, words)?),
        None => describer.weigh(&[&look.memory], words)?.pop(),
    };
    Ok(odds.map_or(0.0, |odds| shown(describer, odds, near)))
}

/// The probability of log-odds by a published model, or by glance, which learned to tell pictures from those that are like them: what is
/// far from the words is known by ITC.
fn shown(describer: &Describer, odds: f32, near: f32) -> f32 {
    match describer.matcher() {
        Some(_) => sigmoid(odds),
        None => sigmoid(describer.finding().meant(odds, near)),
    }
}

fn sigmoid(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

/// How much of the words a description holds, 0 to 1; it counts for a little less than a certain match. Little words say nothing.
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

/// The probability that one of two things holds that have nothing to do with each other.
pub fn either(one: f32, other: f32) -> f32 {
    1.0 - (1.0 - one) * (1.0 - other)
}

#[cfg(test)]
mod tests {
    use eyebright_domain::Words;
    use eyebright_models::{Device, Pack};
    use eyebright_store::history::{Limits, Store};

    use super::*;

    /// A history whose entries say nothing, so that pictures alone tell them apart.
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

    /// An entry of which nobody has asked how near its picture is.
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

        // What no longer can be read is looked at again.
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

    /// ITM takes many pictures for a match; what is likelier as a caption comes first.
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
