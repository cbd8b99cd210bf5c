//! glance, the model that ships inside the program.

pub mod captioner;
mod consensus;
mod matcher;

pub use captioner::Look;
