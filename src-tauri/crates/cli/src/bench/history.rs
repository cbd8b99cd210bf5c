//! Measures a search in a history of made-up entries.

use eyebright_assistant::{Stopwatch, find, ms};
use eyebright_domain::{Fault, Words};
use eyebright_models::Clock;
use eyebright_models::{Cancel, Describer, Limits, Picture};
use eyebright_store::history::{self, Entry, Store, Trace, Vector};
use serde::Serialize;

use super::figures::{failed, median};
use super::pictures;
use crate::engine::Engine;
use crate::options::Bench;

/// Searches before measuring starts.
const WARM_UP: usize = 2;
/// Number of different pictures, which the entries share.
const PICTURES: u32 = 8;
/// No limits: every entry is kept.
const LIMITS: history::Limits = history::Limits {
    entries: u32::MAX,
    megabytes: u32::MAX,
};
const WHO: [&str; 12] = [
    "a brown dog",
    "two dogs",
    "a man in a blue shirt",
    "a woman with a red hat",
    "three children",
    "a girl in a pink dress",
    "a cyclist",
    "a white horse",
    "a surfer",
    "a cup of coffee",
    "a group of people",
    "a black cat",
];
const DOES: [&str; 5] = ["jumps over", "stands beside", "rests on", "is seen near", "moves along"];
const WHERE: [&str; 10] = [
    "the beach",
    "a sofa",
    "a field of tall grass",
    "a busy street",
    "a wooden table",
    "the water",
    "a snowy mountain",
    "a playground",
    "a brick wall",
    "a skate ramp",
];
/// Text for pictures that contain some.
const TEXT: [&str; 6] = [
    "NO ENTRY",
    "Total 14.90 EUR incl. VAT",
    "Departures platform 7",
    "Save changes? Cancel, Save",
    "Open daily 9 to 18",
    "Meeting moved to Thursday",
];
/// Queries, used in turn.
const WORDS: [&str; 5] = [
    "the dog on the beach",
    "a girl in a pink dress at the playground",
    "meeting on Thursday",
    "coffee",
    "people standing in front of a brick wall with a sign that says no entry",
];

/// The measurements.
#[derive(Serialize)]
pub(super) struct Report {
    entries: u32,
    /// Size of the history's file in millions of bytes.
    megabytes: f64,
    runs: u32,
    /// Medians, and the total of the slowest search.
    ms: Milliseconds,
    pack: String,
    device: &'static str,
}

#[derive(Serialize)]
struct Milliseconds {
    /// The quick search: embedding the words, searching the texts, comparing with the vectors of all pictures.
    quick: f64,
    /// The careful ranking of the best candidates.
    careful: f64,
    total: f64,
    slowest: f64,
}

pub(super) fn text(report: &Report) -> String {
    let Milliseconds {
        quick,
        careful,
        total,
        slowest,
    } = report.ms;
    format!(
        "a search among {} entries ({:.0} MB), {} on {}, median of {} runs\nquick       {quick:>8.1} ms\ncareful     {careful:>8.1} ms\n\
         total       {total:>8.1} ms, slowest {slowest:.1} ms",
        report.entries, report.megabytes, report.pack, report.device, report.runs,
    )
}

/// Fills a history in a temporary folder and searches it.
pub(super) fn measure(entries: u32, options: &Bench) -> Result<Report, Fault> {
    let Engine {
        describer,
        pack,
        device,
        ..
    } = Engine::open(&options.model)?;
    let folder = tempfile::tempdir().map_err(|error| failed("No folder could be made", &error))?;
    let path = folder.path().join("history.sqlite");
    fill(&mut Store::open(&path)?.store, entries, &describer)?;
    let store = Store::open(&path)?.store;
    let mut runs = Vec::new();
    for words in WORDS.iter().cycle().take(WARM_UP + options.runs as usize) {
        let clock = Stopwatch::start();
        let vector = find::vector(&describer, words)?;
        let candidates = find::candidates(&store, words, &vector)?;
        let quick = ms(clock.now());
        find::among(candidates, &describer, words, &vector, &Cancel::default())?;
        runs.push((quick, ms(clock.now())));
    }
    let runs = &runs[WARM_UP..];
    let bytes = std::fs::metadata(&path)
        .map_err(|error| Fault::unreadable(&error))?
        .len();
    Ok(Report {
        entries,
        megabytes: bytes as f64 / 1e6,
        runs: options.runs,
        ms: Milliseconds {
            quick: median(runs.iter().map(|(quick, _)| *quick).collect()),
            careful: median(runs.iter().map(|(quick, total)| total - quick).collect()),
            total: median(runs.iter().map(|(_, total)| *total).collect()),
            slowest: runs.iter().map(|(_, total)| *total).fold(0.0, f64::max),
        },
        pack,
        device,
    })
}

/// Adds entries with sentences, text and thumbnails of the usual size, and with image features.
fn fill(store: &mut Store, entries: u32, describer: &Describer) -> Result<(), Fault> {
    let mut shown = Vec::new();
    for number in 0..PICTURES {
        let jpeg = pictures::generated(400, 300, number)?;
        let look = describer.look(&Picture::decode(&jpeg, &Limits::default())?)?;
        shown.push((jpeg, find::trace(describer, &look)?.memory));
    }
    let mut places = Vec::new();
    for (who, place) in WHO.iter().flat_map(|who| WHERE.map(|place| (who, place))) {
        places.push(describer.embed_text(&format!("{who} near {place}"))?);
    }
    for id in 0..entries {
        let pick = id as usize;
        let (who, place) = (pick % WHO.len(), pick / WHO.len() % WHERE.len());
        let first = format!("{} {} {}.", WHO[who], DOES[pick % DOES.len()], WHERE[place]);
        let read = pick
            .is_multiple_of(3)
            .then(|| format!("Text: {}.", TEXT[pick % TEXT.len()]));
        let (jpeg, memory) = shown[pick % shown.len()].clone();
        let entry = Entry {
            id: id.into(),
            time: 1_700_000_000 + i64::from(id) * 600,
            name: format!("IMG_{id:05}.jpg"),
            path: Some(format!("/home/somebody/Pictures/IMG_{id:05}.jpg").into()),
            said: vec![first.clone()],
            words: Words {
                first,
                more: vec![format!("At the left: {}.", WHO[(who + pick) % WHO.len()])],
                everything: read.into_iter().collect(),
                ..Words::default()
            },
            jpeg,
        };
        store.keep(&entry, LIMITS)?;
        let numbers = nearby(&places[who * WHERE.len() + place], id);
        let model = describer.space().to_owned();
        store.place(
            entry.id,
            &Trace {
                vector: Vector { model, numbers },
                memory,
            },
        )?;
    }
    Ok(())
}

/// A unit vector near another, varied by `number`.
fn nearby(vector: &[f32], number: u32) -> Vec<f32> {
    let mut seed = number;
    let mut away = |value: &f32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        value + ((seed >> 8) as f32 / 8_388_608.0 - 1.0) / 8.0
    };
    let numbers: Vec<f32> = vector.iter().map(&mut away).collect();
    let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
    numbers.iter().map(|number| number / length).collect()
}
