//! The voice of a build without the feature `speech`.

use super::speak::{Speak, SpeechError};

/// Fails: this build has no speech.
pub fn system() -> Result<Box<dyn Speak>, SpeechError> {
    Err(SpeechError::NotBuilt)
}
