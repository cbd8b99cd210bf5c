//! The trait of voices, and their errors.

use std::time::Duration;

use eyebright_domain::Fault;
use eyebright_models::Cancel;

/// Time between two checks whether to stop.
pub(super) const LOOK: Duration = Duration::from_millis(20);

/// The manner of speaking: voice, rate and volume.
#[derive(Debug, Clone, PartialEq)]
pub struct Manner {
    /// Id of a voice; empty: the engine's choice.
    pub voice: String,
    /// Speed, 0.25 to 4; 1 is the engine's normal rate.
    pub rate: f32,
    /// Volume, 0 to 1.
    pub volume: f32,
}

/// A voice that reads texts aloud, one after the other.
pub trait Speak: Send {
    /// Begins to speak, or queues the text behind what is being spoken. Returns at once.
    fn speak(&mut self, text: &str);

    /// Falls silent at once and forgets what is queued.
    fn stop(&mut self);

    /// Waits up to `time` for the engine, and returns how many texts are not spoken to their end. After an error
    /// nothing more is spoken.
    fn attend(&mut self, time: Duration) -> Result<usize, SpeechError>;

    /// Changes the manner of speaking from now on.
    fn adopt(&mut self, manner: &Manner);

    /// Blocks until everything has been spoken, or stops when `cancel` is set.
    fn wait(&mut self, cancel: &Cancel) -> Result<(), SpeechError> {
        while self.attend(LOOK)? > 0 {
            if cancel.is_cancelled() {
                self.stop();
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Why speaking failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpeechError {
    /// Compiled without the feature `speech`.
    #[error(
        "This build of Eyebright cannot speak: it was made without the feature speech. Build it with that feature, or read the text."
    )]
    NotBuilt,
    /// There is no engine, or it went away.
    #[error("The speech engine cannot be reached: {reason}. {}", how_to_get_one())]
    NoEngine {
        /// The system's own error message.
        reason: String,
    },
    /// The engine is there but hangs.
    #[error("The speech engine does not answer. {}", how_to_restart_it())]
    NoAnswer,
    /// The engine takes texts but does not finish them.
    #[error(
        "The speech engine took the text but did not finish speaking it. Check that sound works on this machine, then try again."
    )]
    Stuck,
}

impl SpeechError {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotBuilt => "speech_not_built",
            Self::NoEngine { .. } => "no_speech_engine",
            Self::NoAnswer => "speech_no_answer",
            Self::Stuck => "speech_stuck",
        }
    }
}

impl From<SpeechError> for Fault {
    fn from(error: SpeechError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

fn how_to_get_one() -> &'static str {
    if cfg!(target_os = "linux") {
        "On Debian or Ubuntu install one with: sudo apt install speech-dispatcher speech-dispatcher-espeak-ng"
    } else {
        "Check the speech settings of your system."
    }
}

fn how_to_restart_it() -> &'static str {
    if cfg!(target_os = "linux") {
        "End the program speech-dispatcher, or log out and in again, then try again."
    } else {
        "Restart the computer, then try again."
    }
}
