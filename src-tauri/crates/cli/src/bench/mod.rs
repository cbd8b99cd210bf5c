//! `bench`: how fast this machine describes a picture, start-up and memory included, or searches a history.

mod figures;
mod history;
mod pictures;
mod run;
mod speed;

pub use run::run;
