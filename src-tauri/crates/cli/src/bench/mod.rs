//! `bench`: measures how fast this machine describes a picture, with start-up and memory, or searches a history.

mod figures;
mod history;
mod pictures;
mod run;
mod speed;

pub use run::run;
