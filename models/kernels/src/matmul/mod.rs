//! Products of f32 matrices on the CPU.
//!
//! Where a processor has AVX-512, tiles of our own multiply them: twice as fast as `gemm`, whose kernels for AVX2 candle uses and which take more
//! time, not less, with AVX-512. They also read and write matrices where they lie, among others, so that attention copies no heads.

// Cores write their own columns or rows of one array, which no safe slice can express.
#![allow(unsafe_code)]

mod factor;
mod gemm;
mod multiply;
mod target;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod tiles;
mod view;

pub use factor::Factor;
pub use multiply::{LARGE, matmul, matmul_into, matmul_serial};
pub use target::Target;
pub use view::View;
