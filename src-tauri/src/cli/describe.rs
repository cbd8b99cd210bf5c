//! `describe`: what pictures show, printed and spoken.

use std::io;

use eyebright_models::clock::Clock;
use eyebright_models::{Cancel, Description, Limits};

use super::batch::Batch;
use super::engine::Engine;
use super::speaker::Speaker;
use super::{Describe, Detail, Ending};
use crate::fault::Fault;
use crate::inputs::{Content, Input};
use crate::output::Output;
use crate::record::{self, Milliseconds, json};
use crate::stopwatch::{Stopwatch, ms};

/// A description and how long it took.
pub struct Done {
    /// What is to be said.
    pub description: Description,
    /// Stage by stage.
    pub ms: Milliseconds,
}

pub fn run(options: &Describe) -> Ending {
    let batch = Batch::new(options.looking.inputs(), options.json);
    // The speech engine starts while the model loads.
    let mut speaker = options.speak.then(Speaker::start);
    let engine = match Engine::open(&options.looking.model) {
        Ok(engine) => engine,
        Err(fault) => return batch.fail(&fault),
    };
    let several = batch.inputs.len() > 1;
    let work = |input: &Input| describe(&engine, input, &batch.cancel);
    batch.run(work, |input, done: Option<Done>, output| {
        let Some(done) = done else { return Ok(true) };
        let label = several.then(|| input.label());
        let sentences = sentences(&done.description, options.detail);
        if options.json {
            let file = input.name();
            let record = record::Described::new(&file, &done.description, &engine.pack, engine.device, done.ms);
            output.line(&json(&record))?;
        } else {
            print(label.as_deref(), &sentences, output)?;
        }
        Ok(match &mut speaker {
            Some(speaker) => speaker.say(label.as_deref(), &sentences, &batch.cancel),
            None => true,
        })
    })
}

/// Reads and describes one input.
fn describe(engine: &Engine, input: &Input, cancel: &Cancel) -> Result<Done, Fault> {
    let clock = Stopwatch::start();
    let content = input.read(&Limits::default())?;
    describe_content(engine, &content, &clock, cancel)
}

/// Decodes and describes a picture; `clock` began when the work did.
pub fn describe_content(engine: &Engine, content: &Content, clock: &Stopwatch, cancel: &Cancel) -> Result<Done, Fault> {
    let read = clock.now();
    let picture = content.picture(&Limits::default())?;
    let decode = clock.now().saturating_sub(read);
    let (description, timings) = engine.describer.describe(&picture, cancel, clock, &mut |_| {})?;
    let ms = Milliseconds {
        decode: ms(decode),
        encode: ms(timings.encode),
        generate: ms(timings.generate),
        total: ms(clock.now()),
    };
    Ok(Done { description, ms })
}

fn sentences(description: &Description, detail: Detail) -> Vec<&str> {
    let more = description.more.iter().filter(|_| detail >= Detail::More);
    let everything = description.everything.iter().filter(|_| detail >= Detail::All);
    std::iter::once(&description.sentence)
        .chain(more)
        .chain(everything)
        .map(String::as_str)
        .collect()
}

/// One line a sentence; with several pictures the first names the file and the others are indented.
fn print(file: Option<&str>, sentences: &[&str], output: &mut Output) -> io::Result<()> {
    let Some(file) = file else {
        return output.line(&sentences.join("\n"));
    };
    output.line(&format!("{file}: {}", sentences.join("\n  ")))
}
