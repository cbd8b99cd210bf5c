//! glance, the model that ships inside the program.

pub mod captioner;
mod consensus;
#[allow(clippy::module_inception)]
mod glance;
mod matcher;

pub use captioner::Look;
pub use glance::Glance;
