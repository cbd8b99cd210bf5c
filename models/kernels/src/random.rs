//! Random tensors for tests, the same on every run: otherwise the bounds would hold by chance.

use candle_core::{Device, Shape, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Normally distributed values (Box-Muller).
pub fn normal(seed: u64, mean: f32, deviation: f32, shape: impl Into<Shape>) -> Tensor {
    let shape = shape.into();
    let count = shape.elem_count();
    let mut random = StdRng::seed_from_u64(seed);
    let mut value = || {
        let radius = (-2.0 * (1.0 - random.random::<f32>()).ln()).sqrt();
        let angle = std::f32::consts::TAU * random.random::<f32>();
        mean + deviation * radius * angle.cos()
    };
    let values: Vec<f32> = (0..count).map(|_| value()).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

/// The largest difference of two tensors.
pub fn furthest(ours: &Tensor, theirs: &Tensor) -> f32 {
    let far = (ours - theirs).unwrap().abs().unwrap().max_all().unwrap();
    far.to_scalar().unwrap()
}
