//! `read`: prints the text in pictures, and speaks it.

use eyebright_assistant::inputs::Input;
use eyebright_assistant::{Stopwatch, ms, opening};
use eyebright_domain::Fault;
use eyebright_models::Clock;
use eyebright_models::Limits;

use crate::batch::Batch;
use crate::describe::print;
use crate::ending::Ending;
use crate::options::Read;
use crate::record::{self, json, lines};
use crate::speaker::Speaker;

pub fn run(options: &Read) -> Ending {
    let batch = Batch::new(options.pictures.inputs(), options.json);
    let mut speaker = options.speak.then(Speaker::start);
    let reader = match opening::open_reader() {
        Ok(reader) => reader,
        Err(fault) => return batch.fail(&fault),
    };
    let limits = Limits::default();
    let work = |input: &Input| -> Result<_, Fault> {
        let clock = Stopwatch::start();
        let picture = input.read(&limits)?.picture(&limits)?;
        Ok((reader.read(&picture, &batch.cancel)?, ms(clock.now())))
    };
    let several = batch.inputs.len() > 1;
    batch.run(work, |input, done, output| {
        let Some((text, ms)) = done else { return Ok(true) };
        let label = several.then(|| input.label());
        let mut sentences: Vec<&str> = text.iter().map(|line| line.text.as_str()).collect();
        if sentences.is_empty() {
            sentences.push("No text can be made out.");
        }
        if options.json {
            let file = input.name();
            let text = lines(&text);
            output.line(&json(&record::Read { file: &file, text, ms }))?;
        } else {
            print(label.as_deref(), &sentences, output)?;
        }
        Ok(match &mut speaker {
            Some(speaker) => speaker.say(label.as_deref(), &sentences, &batch.cancel),
            None => true,
        })
    })
}
