//! Finds the family that runs a published model.

use candle_core::Device;

use crate::base::error::{Error, Result};
use crate::families::blip::Blip;
use crate::families::blip2::Blip2;
use crate::families::family::Family;
use crate::say::punctuation::listed;
use crate::weights::checkpoint::{Checkpoint, CheckpointError, Precision};

/// Function that loads a model of one family.
type Open = fn(&Checkpoint, Precision, &Device) -> Result<Box<dyn Family>>;

/// Each `model_type` of `config.json` and the function that loads it. A new family adds its rows here.
const FAMILIES: [(&str, Open); 3] = [("blip", blip), ("blip-2", blip2), ("instructblip", blip2)];

fn blip(checkpoint: &Checkpoint, precision: Precision, device: &Device) -> Result<Box<dyn Family>> {
    Ok(Box::new(Blip::open(checkpoint, precision, device)?))
}

fn blip2(checkpoint: &Checkpoint, precision: Precision, device: &Device) -> Result<Box<dyn Family>> {
    Ok(Box::new(Blip2::open(checkpoint, precision, device)?))
}

/// Loads a published model with the family for the `model_type` in its `config.json`.
pub fn open(checkpoint: &Checkpoint, precision: Precision, device: &Device) -> Result<Box<dyn Family>> {
    let found = checkpoint.architecture()?.model_type;
    match FAMILIES.iter().find(|(model_type, _)| *model_type == found) {
        Some((_, open)) => open(checkpoint, precision, device),
        None => Err(Error::Checkpoint(CheckpointError::Unknown {
            checkpoint: checkpoint.name().to_owned(),
            architecture: found,
            known: known(),
        })),
    }
}

/// The known model types as a list: "blip, blip-2 and instructblip".
fn known() -> String {
    listed(&FAMILIES.map(|(model_type, _)| model_type), "and")
}
