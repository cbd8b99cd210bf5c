//! The engine's vector code: what candle computes slower, or not at all, on a CPU.
//!
//! Everything takes and gives candle tensors or slices of f32, and falls back to candle on other devices. It knows nothing of models.

pub mod activations;
pub mod attention;
pub mod linear;
pub mod matmul;
pub mod parallel;
pub mod quantized;
#[cfg(test)]
mod random;
mod values;
