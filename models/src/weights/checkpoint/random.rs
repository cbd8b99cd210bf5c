//! Random matrices for tests, the same on every run: otherwise the bounds would hold by chance.

use candle_core::{Device, Shape, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Normally distributed values (Box-Muller), mean 0, deviation 1.
pub fn normal(seed: u64, shape: impl Into<Shape>) -> Tensor {
    let shape = shape.into();
    let mut random = StdRng::seed_from_u64(seed);
    let mut value = || {
        let radius = (-2.0 * (1.0 - random.random::<f32>()).ln()).sqrt();
        radius * (std::f32::consts::TAU * random.random::<f32>()).cos()
    };
    let values: Vec<f32> = (0..shape.elem_count()).map(|_| value()).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}
