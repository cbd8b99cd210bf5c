//! Which family runs a published model.

use candle_core::Device;

use crate::base::error::{Error, Result};
use crate::families::blip::Blip;
use crate::families::blip2::Blip2;
use crate::families::vision_language::VisionLanguage;
use crate::weights::checkpoint::{Checkpoint, CheckpointError, Precision};

/// Loads a published model, of the kind that its `config.json` names.
pub fn open(checkpoint: &Checkpoint, precision: Precision, device: &Device) -> Result<Box<dyn VisionLanguage>> {
    let architecture = checkpoint.architecture()?;
    match architecture.model_type.as_str() {
        "blip" => Ok(Box::new(Blip::open(checkpoint, precision, device)?)),
        "blip-2" | "instructblip" => Ok(Box::new(Blip2::open(checkpoint, precision, device)?)),
        other => Err(Error::Checkpoint(CheckpointError::Unknown {
            checkpoint: checkpoint.name().to_owned(),
            architecture: other.to_owned(),
            known: "blip, blip-2 and instructblip".to_owned(),
        })),
    }
}
