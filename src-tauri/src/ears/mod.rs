//! Spoken questions: from a microphone or a sound file to words.

#[cfg(feature = "desktop")]
pub mod microphone;
#[cfg(feature = "desktop")]
pub mod question;
mod resample;
pub mod wav;

use std::path::PathBuf;

use eyebright_models::ears::{Outcome, Transcriber, Transcript};
use eyebright_models::{Device, Pack};

use crate::fault::Fault;

const PACK: &str = "ears";

/// Where the pack lies; fails if it was not fetched.
pub fn folder() -> Result<PathBuf, Fault> {
    let home = std::env::var_os("EYEBRIGHT_PACKS")
        .map(PathBuf::from)
        .or_else(|| Some(dirs::data_dir()?.join("eyebright").join("packs")));
    let folder = home
        .map(|home| home.join(PACK))
        .filter(|folder| folder.join("pack.toml").is_file());
    folder.ok_or_else(|| {
        let message =
            "Spoken questions need the pack ears, which is not on this machine. Fetch it with: eyebright packs fetch ears.";
        Fault::new("no_ears", message)
    })
}

/// Loads the pack. Takes less time than a question.
pub fn open() -> Result<Transcriber, Fault> {
    Ok(Transcriber::open(&Pack::open(&folder()?)?, &Device::Cpu)?)
}

/// The words; empty if nobody spoke.
pub fn words(transcript: Transcript) -> Result<String, Fault> {
    match transcript.outcome {
        Outcome::Speech | Outcome::Silence => Ok(transcript.text),
        Outcome::Unclear => Err(Fault::new(
            "speech_unclear",
            "The words were not understood. Say them again, slowly and near the microphone.",
        )),
    }
}
