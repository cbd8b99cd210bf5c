//! Access to the system: one folder a concern, one file a platform. Nothing here knows the app: callers pass in a trait
//! object or callback that receives keys, sounds or words.

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
