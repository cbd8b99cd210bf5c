//! A model from the weights of a folder.

use candle_core::Device;

use super::folder::{CONFIG, Checkpoint};
use super::precision::Precision;
use super::store::Store;
use super::weights::Weights;
use crate::base::error::CheckpointError;

impl Checkpoint {
    /// Builds a model from the weights. Matrices are held as `precision` says. Tensors whose names end with one of `unused` may be left
    /// over; apart from these, every tensor of the files must be taken and every tensor taken must be there, in its shape.
    pub fn load<T>(
        &self,
        precision: Precision,
        device: &Device,
        unused: &[&str],
        build: impl FnOnce(&Weights) -> candle_core::Result<T>,
    ) -> Result<T, CheckpointError> {
        let weights = Weights::of_store(Store::open(self)?, precision, device);
        let model = build(&weights).map_err(|error| self.unusable(CONFIG, error))?;
        weights.fit(unused).map_err(|misfit| CheckpointError::Tensors {
            checkpoint: self.name.clone(),
            misfit: Box::new(misfit),
        })?;
        Ok(model)
    }
}
