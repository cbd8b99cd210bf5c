//! Compares BLIP with `transformers` on tiny checkpoints with random weights, made by `training/reference_blip.py`.

#![allow(clippy::unwrap_used)]

mod checkpoints;
#[path = "../reference/mod.rs"]
mod reference;
mod refusals;
mod stages;
mod texts;
