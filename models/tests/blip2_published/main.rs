//! Compares published BLIP-2 and `InstructBLIP` models with `transformers` on tiny checkpoints, made by
//! `training/reference_blip2.py`.

#![allow(clippy::unwrap_used)]

mod checkpoints;
mod decoders;
mod refusals;
mod stages;
mod texts;
