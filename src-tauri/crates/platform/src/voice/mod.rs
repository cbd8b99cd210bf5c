//! Speaking through the system's speech engine, and the short sounds beside it.

#[cfg(feature = "desktop")]
pub mod earcons;
#[cfg(not(feature = "speech"))]
mod mute;
mod speak;
#[cfg(feature = "speech")]
mod system;
#[cfg(feature = "desktop")]
pub mod talker;
#[cfg(feature = "desktop")]
pub mod voices;
#[cfg(feature = "speech")]
mod worker;

#[cfg(not(feature = "speech"))]
pub use mute::system;
pub use speak::{Manner, Speak, SpeechError};
#[cfg(feature = "speech")]
pub use system::system;
