//! The voices of the system's speech engine.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tts::Tts;

use super::speak::SpeechError;

/// Time limit for listing voices: a list of thousands takes seconds on Linux.
const PATIENCE: Duration = Duration::from_secs(20);

/// A voice to choose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Voice {
    /// Language tag, such as "en-GB".
    pub language: String,
    /// The engine's name for it.
    pub name: String,
    /// The engine's id for it, which the settings keep.
    pub id: String,
}

/// Lists the voices of some languages ("en", "de"), sorted. On a thread of its own: the engine may hang.
pub fn list(languages: &'static [&'static str]) -> Result<Vec<Voice>, SpeechError> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let voices = Tts::default().and_then(|engine| engine.voices());
        // The caller may have given up.
        let _ = sender.send(voices);
    });
    let voices = receiver.recv_timeout(PATIENCE).map_err(|_| SpeechError::NoAnswer)?;
    let voices = voices.map_err(|error| SpeechError::NoEngine {
        reason: error.to_string(),
    })?;
    let mut voices: Vec<Voice> = voices
        .iter()
        .map(|voice| Voice {
            language: voice.language().to_string(),
            name: voice.name(),
            id: voice.id(),
        })
        .filter(|voice| languages.iter().any(|language| speaks(voice, language)))
        .collect();
    voices.sort();
    voices.dedup();
    Ok(voices)
}

fn speaks(voice: &Voice, language: &str) -> bool {
    voice
        .language
        .split('-')
        .next()
        .is_some_and(|own| own.eq_ignore_ascii_case(language))
}
