//! Quantized matrices and their products. Formats are those of GGML.
//!
//! On a CPU, candle repacks such a matrix at its first product and keeps both copies. A language model of billions of weights does not have that
//! memory. Here it is laid out once, as it is loaded, for processors with AVX-512 VNNI; others read the blocks as they are.

mod blocks;
mod columns;
#[cfg(target_arch = "x86_64")]
mod integers;
mod matrix;
mod padding;
#[cfg(target_arch = "x86_64")]
mod panels;
mod wide;

pub use matrix::Quantized;
pub use padding::{filled, padded};
