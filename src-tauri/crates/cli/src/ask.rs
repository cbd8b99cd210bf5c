//! `ask`: questions about a picture, answered from what was found in it.

use std::slice;
use std::sync::LazyLock;

use eyebright_assistant::Stopwatch;
use eyebright_assistant::inputs::{self, Input};
use eyebright_domain::Fault;
use eyebright_models::question::{Answer, TextLine, Turn};
use eyebright_models::reader::Line;
use eyebright_models::{Limits, Reader};

use crate::batch::Batch;
use crate::ending::Ending;
use crate::engine::{Engine, Fetched, open_reader};
use crate::options::Ask;
use crate::record::{Answered, json};
use crate::speaker::Speaker;

pub fn run(options: &Ask) -> Ending {
    let batch = Batch::new(inputs::expand(slice::from_ref(&options.input)), options.json);
    let mut speaker = options.speak.then(Speaker::start);
    let engine = match Engine::open(&options.model) {
        Ok(engine) => engine,
        Err(fault) => return batch.fail(&fault),
    };
    let reader: Fetched<Reader> = LazyLock::new(open_reader);
    let several = batch.inputs.len() > 1;
    let work = |input: &Input| answer(&engine, &reader, input, options, &batch);
    batch.run(work, |input, answers: Option<Vec<Answer>>, output| {
        let Some(answers) = answers else { return Ok(true) };
        let label = several.then(|| input.label());
        if options.json {
            let file = input.name();
            for (question, answer) in options.questions.iter().zip(&answers) {
                let record = Answered::new(&file, question, answer, &engine.pack, engine.device);
                output.line(&json(&record))?;
            }
        } else {
            for answer in &answers {
                let file = label.as_ref().map_or_else(String::new, |label| format!("{label}: "));
                output.line(&format!("{file}{}", answer.text))?;
            }
        }
        let texts: Vec<&str> = answers.iter().map(|answer| answer.text.as_str()).collect();
        Ok(match &mut speaker {
            Some(speaker) => speaker.say(label.as_deref(), &texts, &batch.cancel),
            None => true,
        })
    })
}

/// Looks at a picture once and answers all questions.
fn answer(
    engine: &Engine,
    reader: &Fetched<Reader>,
    input: &Input,
    options: &Ask,
    batch: &Batch,
) -> Result<Vec<Answer>, Fault> {
    let limits = Limits::default();
    let picture = input.read(&limits)?.picture(&limits)?;
    let clock = Stopwatch::start();
    let (evidence, _) = engine
        .describer
        .evidence(&picture, &batch.cancel, &clock, &mut |_| {})?;
    let mut turns: Vec<Turn> = Vec::new();
    let mut text: Option<Vec<Line>> = None;
    let answer = |question: &String| {
        let ask = |lines: Option<&[TextLine<'_>]>| {
            let describer = &engine.describer;
            describer.answer(&evidence, &picture, lines, &turns, question, &batch.cancel)
        };
        let mut answer = ask(None)?;
        if answer.turn.is_about_text() {
            if text.is_none() {
                let reader = reader.as_ref().map_err(Fault::clone)?;
                text = reader
                    .as_ref()
                    .map(|reader| reader.read(&picture, &batch.cancel))
                    .transpose()?;
            }
            let lines = text
                .as_ref()
                .map(|lines| lines.iter().map(TextLine::from).collect::<Vec<_>>());
            answer = ask(lines.as_deref())?;
        }
        turns.push(answer.turn.clone());
        Ok(answer)
    };
    options.questions.iter().map(answer).collect()
}
