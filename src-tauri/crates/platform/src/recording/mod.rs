//! The sound of spoken questions: from a microphone or a sound file, at the 16 kHz of the speech engine.

#[cfg(feature = "desktop")]
pub mod microphone;
#[cfg(feature = "desktop")]
pub mod question;
mod resample;
pub mod wav;
