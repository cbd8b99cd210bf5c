//! A build without speech.

use super::speak::{Speak, SpeechError};

/// This build has no speech.
pub fn system() -> Result<Box<dyn Speak>, SpeechError> {
    Err(SpeechError::NotBuilt)
}
