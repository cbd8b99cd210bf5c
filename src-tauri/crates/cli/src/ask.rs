//! `ask`: answers questions about a picture.

use std::slice;

use eyebright_assistant::inputs::{self, Input};
use eyebright_models::Limits;
use eyebright_models::question::Answer;

use crate::batch::Batch;
use crate::ending::Ending;
use crate::engine::Engine;
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
    let several = batch.inputs.len() > 1;
    let limits = Limits::default();
    let work = |input: &Input| {
        let picture = input.read(&limits)?.picture(&limits)?;
        engine.assistant.answer_all(&picture, &options.questions, &batch.cancel)
    };
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
