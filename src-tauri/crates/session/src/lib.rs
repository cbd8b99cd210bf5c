//! One person's conversation with Eyebright: a state machine without a window, fed with events, answered with effects, run by one thread.
//!
//! [`Machine`] decides, and touches nothing: every [`Event`] gives a list of [`Effect`]s. [`owner`] carries them out through the
//! [`Ports`].

mod effect;
mod event;
mod machine;
mod options;
pub mod owner;
mod ports;
mod region;
#[cfg(test)]
mod tests;

pub use effect::{Effect, Show, Status};
pub use event::{Event, Found, Job, Readout, Recalled, Seen, Source};
pub use machine::Machine;
pub use options::Options;
pub use ports::{Describe, Display, Label, Listen, Play, Ports, Remember, Search, See, Talk, Told};
pub use region::{Rect, Step};
