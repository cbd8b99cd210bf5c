//! `find`: finds pictures by words, in the history or in a folder.

use std::io;
use std::path::Path;

use eyebright_assistant::Stopwatch;
use eyebright_assistant::find::{self, LEAST, LOOKED_AT, TOLD};
use eyebright_assistant::inputs::{self, Input};
use eyebright_domain::Fault;
use eyebright_models::Clock;
use eyebright_models::Look;
use eyebright_models::{Cancel, Limits, Picture};
use eyebright_store::history::{self, Store, Vector};
use rayon::prelude::*;
use serde::Serialize;

use crate::batch::Batch;
use crate::ending::Ending;
use crate::engine::Engine;
use crate::options::Find;
use crate::output::{LANGUAGE, Output, complain};
use crate::record::{json, rounded};

/// One result of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    /// Number of the history's entry; null in a folder.
    id: Option<u64>,
    /// The file; null if the picture came from elsewhere.
    file: Option<&'a str>,
    /// Seconds since 1970; null in a folder.
    time: Option<i64>,
    sentence: &'a str,
    sure: bool,
    score: f32,
}

pub fn run(options: &Find) -> Ending {
    let words = options.words.join(" ");
    match &options.folder {
        Some(folder) => in_folder(folder, &words, options),
        None => in_history(&words, options).unwrap_or_else(|fault| fail(&fault)),
    }
}

fn fail(fault: &Fault) -> Ending {
    complain(&fault.message);
    Ending::Failed
}

fn in_history(words: &str, options: &Find) -> Result<Ending, Fault> {
    let place = history::place().ok_or_else(Fault::no_data_folder)?;
    let store = Store::existing(&place)?;
    let is_empty = match &store {
        Some(store) => store.count()? == 0,
        None => true,
    };
    let Some(mut store) = store.filter(|_| !is_empty) else {
        complain("The history is empty: the app keeps in it what it describes. Give a folder of pictures with --in.");
        return Ok(Ending::Done);
    };
    let describer = Engine::open(&options.model)?.describer;
    let candidates = |vector: &Vector| Ok(find::candidates(&store, words, vector)?);
    let find::Answer { found, looked } = find::search(&describer, words, candidates, &Cancel::default())?;
    let mut output = Output::new();
    for find::Found { entry, score } in &found {
        let file = entry.path.as_ref().map(|path| path.display().to_string());
        let line = Line {
            id: Some(entry.id),
            file: file.as_deref(),
            time: Some(entry.time),
            sentence: &entry.words.first,
            sure: entry.words.sure,
            score: rounded(*score),
        };
        // An error means that nobody reads the output any more.
        if print(
            &line,
            &format!("{} {}", entry.id, entry.name),
            options.json,
            &mut output,
        )
        .is_err()
        {
            break;
        }
    }
    tell_if_none(found.len());
    // The results are printed. If storing features fails (full disk), only the next search is slower.
    let _ = find::keep(&mut store, &looked);
    Ok(Ending::Done)
}

fn print(line: &Line, label: &str, as_json: bool, output: &mut Output) -> io::Result<()> {
    if as_json {
        return output.line(&json(line));
    }
    let label = label.replace(char::is_control, "\u{fffd}");
    output.line(&format!("{label}: {} ({:.2})", line.sentence, line.score))
}

fn tell_if_none(count: usize) {
    if count == 0 {
        complain("Nothing was found. Try other words.");
    }
}

/// A candidate from a folder, with its image features.
struct Near {
    cosine: f32,
    input: Input,
    look: Look,
}

/// Searches a folder: embeds every picture, ranks the best candidates carefully, and describes the results.
fn in_folder(folder: &Path, words: &str, options: &Find) -> Ending {
    let batch = Batch::new(inputs::expand(&[folder.to_owned()]), options.json);
    let engine = match Engine::open(&options.model) {
        Ok(engine) => engine,
        Err(fault) => return batch.fail(&fault),
    };
    let text = match find::vector(&engine.describer, words) {
        Ok(text) => text,
        Err(fault) => return batch.fail(&fault),
    };
    let mut near: Vec<Near> = Vec::new();
    let work = |input: &Input| {
        let look = engine.describer.look(&open(input)?)?;
        Ok((text.cosine(&engine.describer.vector(&look)?), look))
    };
    let ending = batch.run(work, |input, looked: Option<(f32, Look)>, _| {
        near.extend(looked.map(|(cosine, look)| Near {
            cosine,
            input: input.clone(),
            look,
        }));
        // Features take a quarter of a megabyte a picture: keep those of the best only.
        near.sort_by(|one, other| other.cosine.total_cmp(&one.cosine));
        near.truncate(LOOKED_AT);
        Ok(true)
    });
    if ending == Ending::Interrupted {
        return ending;
    }
    match tell(near, &engine, words, options, &batch.cancel) {
        Ok(count) => {
            tell_if_none(count);
            ending
        }
        Err(fault) => fail(&fault),
    }
}

fn open(input: &Input) -> Result<Picture, Fault> {
    let limits = Limits::default();
    input.read(&limits)?.picture(&limits)
}

fn tell(near: Vec<Near>, engine: &Engine, words: &str, options: &Find, cancel: &Cancel) -> Result<usize, Fault> {
    let describer = &engine.describer;
    let weigh = |Near { cosine, input, look }: Near| {
        let picture = open(&input)?;
        let clock = Stopwatch::start();
        let matching = find::matching(describer, &picture, &look, words, cosine)?;
        let (observed, _) = describer.observe_further(&picture, look, cancel, &clock as &dyn Clock)?;
        let description = describer.compose(&observed.evidence);
        let score = find::either(matching, find::told(&description, words));
        Ok((score, input, description))
    };
    let mut found = near.into_par_iter().map(weigh).collect::<Result<Vec<_>, Fault>>()?;
    found.retain(|(score, ..)| *score >= LEAST);
    found.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
    found.truncate(TOLD);
    let mut output = Output::new();
    for (score, input, description) in &found {
        let file = input.name();
        let line = Line {
            id: None,
            file: Some(&file),
            time: None,
            sentence: &description.sentence(LANGUAGE),
            sure: description.sure,
            score: rounded(*score),
        };
        // An error means that nobody reads the output any more.
        if print(&line, &file, options.json, &mut output).is_err() {
            break;
        }
    }
    Ok(found.len())
}
