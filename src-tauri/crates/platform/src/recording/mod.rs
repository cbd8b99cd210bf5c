//! Spoken questions as sound: from a microphone or a sound file, at the rate that the engine hears.

#[cfg(feature = "desktop")]
pub mod microphone;
#[cfg(feature = "desktop")]
pub mod question;
mod resample;
pub mod wav;
