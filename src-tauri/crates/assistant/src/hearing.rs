//! Speech recognition of spoken questions.

use eyebright_domain::Fault;
use eyebright_models::Device;
use eyebright_models::speech::Outcome;
use eyebright_models::speech::Transcriber;
use eyebright_models::speech::Transcript;
use eyebright_store::packs;

use crate::opening;

const PACK: &str = "ears";

/// Fails, with advice on how to fetch it, if the speech pack is not here.
pub fn check() -> Result<(), Fault> {
    if packs::is_here(PACK) {
        return Ok(());
    }
    let message =
        "Spoken questions need the pack ears. Fetch it with: eyebright packs fetch ears. Or type your question.";
    Err(Fault::new("no_ears", message))
}

/// Loads the speech pack. Takes less time than speaking a question.
pub fn open() -> Result<Transcriber, Fault> {
    check()?;
    Ok(Transcriber::open(&opening::open(PACK)?, &Device::Cpu)?)
}

/// The words of a transcript; empty if nobody spoke. Fails if they were not understood.
pub fn words(transcript: Transcript) -> Result<String, Fault> {
    match transcript.outcome {
        Outcome::Speech | Outcome::Silence => Ok(transcript.text),
        Outcome::Unclear => Err(Fault::new(
            "speech_unclear",
            "The words were not understood. Say them again, slowly and near the microphone.",
        )),
    }
}
