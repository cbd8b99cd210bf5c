//! `describe`: prints descriptions of pictures, and speaks them.

use std::borrow::Borrow;
use std::io;
use std::sync::Mutex;

use eyebright_assistant::inputs::{Content, Input};
use eyebright_assistant::{Stopwatch, ms};
use eyebright_domain::{Fault, lock, untold};
use eyebright_models::Clock;
use eyebright_models::Kind;
use eyebright_models::description::text::is_of_text;
use eyebright_models::{Cancel, Description, Limits, Picture, Statement, Told};
use eyebright_store::alt_text;

use crate::batch::Batch;
use crate::ending::Ending;
use crate::engine::Engine;
use crate::options::{Describe, Detail};
use crate::output::{LANGUAGE, Output};
use crate::record::{self, Milliseconds, json};
use crate::speaker::Speaker;

/// A described picture.
pub struct Done {
    /// The picture.
    pub picture: Picture,
    /// Its description.
    pub description: Description,
    /// Time of each stage.
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
    // With all details text is read in photos too, not only in screenshots and documents.
    let reads_photos = options.detail == Detail::All;
    let several = batch.inputs.len() > 1;
    // Print sentences early only for a single picture (several are printed in input order), and not when pictures are
    // judged: a warning must come first.
    let streams = !several && !options.json && !engine.assistant.judges();
    let told = Mutex::new(Vec::new());
    let work = |input: &Input| {
        let tell = &mut |statement: &Statement| {
            if streams {
                let sentence = statement.in_words(LANGUAGE);
                // An error (nobody reads any more) is handled when the rest is printed.
                let _ = Output::new().line(&sentence);
                lock(&told).push(sentence);
            }
        };
        let done = describe(&engine, reads_photos, input, tell, &batch.cancel)?;
        if options.save_alt {
            save_alt_text(input, &done)?;
        }
        Ok(done)
    };
    batch.run(work, |input, done: Option<Done>, output| {
        let Some(done) = done else { return Ok(true) };
        let label = several.then(|| input.label());
        let sentences = sentences(&done.description, options.detail);
        if options.json {
            let file = input.name();
            let record = record::Described::new(&file, &done.description, &engine.pack, engine.device, done.ms);
            output.line(&json(&record))?;
        } else {
            print_rest(label.as_deref(), &sentences, &lock(&told), output)?;
        }
        Ok(match &mut speaker {
            Some(speaker) => speaker.say(label.as_deref(), &sentences, &batch.cancel),
            None => true,
        })
    })
}

/// Adds the nudity judgement, and the text in the picture if this kind of picture calls for it.
fn look_beside(engine: &Engine, reads_photos: bool, mut done: Done, cancel: &Cancel) -> Result<Done, Fault> {
    if let Some(judgement) = engine.assistant.judge(&done.picture, cancel)? {
        done.description.moderation = Some(judgement);
    }
    let kind = done.description.kind;
    if matches!(kind, Kind::Blank | Kind::Black) || !(reads_photos || is_of_text(kind)) {
        return Ok(done);
    }
    Ok(match engine.assistant.text_of_one(&done.picture, cancel)? {
        Some(lines) => Done {
            description: done.description.with_text(lines),
            ..done
        },
        None => done,
    })
}

/// Reads and describes one input, text and moderation included.
fn describe(
    engine: &Engine,
    reads_photos: bool,
    input: &Input,
    told: &mut Told<'_>,
    cancel: &Cancel,
) -> Result<Done, Fault> {
    let clock = Stopwatch::start();
    let content = input.read(&Limits::default())?;
    let mut done = describe_content(engine, &content, &clock, told, cancel)?;
    done = look_beside(engine, reads_photos, done, cancel)?;
    done.ms.total = ms(clock.now());
    Ok(done)
}

fn save_alt_text(input: &Input, done: &Done) -> Result<(), Fault> {
    let Input::File(path) = input else {
        return Err(Fault::no_file());
    };
    alt_text::save(path, &done.description.sentence(LANGUAGE), &done.picture)
}

/// Decodes and describes a picture. `clock` was started before its file was read.
pub fn describe_content(
    engine: &Engine,
    content: &Content,
    clock: &Stopwatch,
    told: &mut Told<'_>,
    cancel: &Cancel,
) -> Result<Done, Fault> {
    let read = clock.now();
    let picture = content.picture(&Limits::default())?;
    let decode = clock.now().saturating_sub(read);
    let (description, timings) = engine.assistant.describe_one(&picture, cancel, clock, told)?;
    let ms = Milliseconds {
        decode: ms(decode),
        encode: ms(timings.encode),
        generate: ms(timings.generate),
        total: ms(clock.now()),
    };
    Ok(Done {
        picture,
        description,
        ms,
    })
}

fn sentences(description: &Description, detail: Detail) -> Vec<String> {
    let warning = description.moderation.and_then(|judgement| judgement.level.warning());
    let mut said: Vec<String> = warning.map(str::to_owned).into_iter().collect();
    said.push(description.sentence(LANGUAGE));
    if detail >= Detail::More {
        said.extend(description.more(LANGUAGE));
    }
    if detail >= Detail::All {
        said.extend(description.everything(LANGUAGE));
    }
    said
}

/// Prints what was not printed early. `told` holds the sentences that were; joined, they begin `sentences[0]`.
fn print_rest(file: Option<&str>, sentences: &[String], told: &[String], output: &mut Output) -> io::Result<()> {
    if told.is_empty() {
        return print(file, sentences, output);
    }
    let rest = untold(sentences.to_vec(), told);
    rest.iter().try_for_each(|sentence| output.line(sentence))
}

/// Prints each sentence on a line. With `file`, the first line begins with its name and the others are indented.
pub fn print(file: Option<&str>, sentences: &[impl Borrow<str>], output: &mut Output) -> io::Result<()> {
    let Some(file) = file else {
        return output.line(&sentences.join("\n"));
    };
    output.line(&format!("{file}: {}", sentences.join("\n  ")))
}
