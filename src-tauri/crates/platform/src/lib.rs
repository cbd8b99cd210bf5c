//! What Eyebright asks of the system: one folder a concern, one file a platform. Nothing here knows the app; who wants to hear of keys,
//! sounds or words hands in somebody to tell.

#[cfg(feature = "desktop")]
pub mod capture;
#[cfg(feature = "desktop")]
pub mod clipboard;
#[cfg(feature = "desktop")]
pub mod display;
#[cfg(feature = "desktop")]
pub mod hotkeys;
#[cfg(feature = "desktop")]
mod links;
pub mod recording;
pub mod voice;
