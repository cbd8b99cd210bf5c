//! `listen`: writes down spoken words.

use eyebright_assistant::{Stopwatch, hearing, ms};
use eyebright_domain::Fault;
#[cfg(feature = "desktop")]
use eyebright_domain::{Recording, Until};
use eyebright_models::Cancel;
use eyebright_models::speech::Outcome;
use eyebright_models::speech::Transcript;
#[cfg(feature = "desktop")]
use eyebright_platform::recording::question;
use eyebright_platform::recording::wav;
use serde::Serialize;

use crate::ending::Ending;
use crate::interrupt::cancel_on_interrupt;
use crate::options::Listen;
use crate::output::{Output, complain};
use crate::record::json;

/// Result of `--json`.
#[derive(Serialize)]
struct Heard<'a> {
    file: Option<String>,
    text: &'a str,
    outcome: &'a str,
    no_speech: f32,
    ms: f64,
}

pub fn run(options: &Listen) -> Ending {
    let cancel = cancel_on_interrupt();
    let watch = Stopwatch::start();
    let result = transcript(options, &cancel);
    if cancel.is_cancelled() {
        return Ending::Interrupted;
    }
    let file = options.wav.as_ref().map(|path| path.display().to_string());
    let ms = ms(eyebright_models::Clock::now(&watch));
    let told = result.and_then(|transcript| {
        if options.json {
            let line = json(&Heard {
                file: file.clone(),
                text: &transcript.text,
                outcome: match transcript.outcome {
                    Outcome::Speech => "speech",
                    Outcome::Silence => "silence",
                    Outcome::Unclear => "unclear",
                },
                no_speech: transcript.no_speech,
                ms,
            });
            return Ok(line);
        }
        let silence = transcript.outcome == Outcome::Silence;
        let text = hearing::words(transcript)?;
        if silence {
            return Err(Fault::new(
                "heard_nothing",
                "Nobody spoke. Speak nearer to the microphone.",
            ));
        }
        Ok(text)
    });
    match told {
        Ok(line) => {
            // An error means that nobody reads the output any more.
            let _ = Output::new().line(&line);
            Ending::Done
        }
        Err(fault) if options.json => {
            let _ = Output::new().line(&serde_json::json!({ "file": file, "error": fault }).to_string());
            Ending::Failed
        }
        Err(fault) => {
            complain(&fault.message);
            Ending::Failed
        }
    }
}

fn transcript(options: &Listen, cancel: &Cancel) -> Result<Transcript, Fault> {
    match &options.wav {
        Some(path) => {
            let samples = wav::read(path)?;
            Ok(hearing::open()?.transcribe(&samples, cancel, &mut |_| {})?)
        }
        None => from_microphone(options, cancel),
    }
}

#[cfg(feature = "desktop")]
fn from_microphone(options: &Listen, cancel: &Cancel) -> Result<Transcript, Fault> {
    let tell = |recording| {
        if recording == Recording::Begun {
            complain("Speak now.");
        }
    };
    // Fail before the person speaks.
    hearing::check()?;
    let microphone = options.microphone.as_deref();
    question::hear(microphone, hearing::open, &|| Until::Silent, &tell, cancel)
}

/// Never called: clap asks for a file where there is no microphone.
#[cfg(not(feature = "desktop"))]
fn from_microphone(_: &Listen, _: &Cancel) -> Result<Transcript, Fault> {
    Err(Fault::new(
        "no_microphone",
        "This build hears files only. Name a WAV file.",
    ))
}
