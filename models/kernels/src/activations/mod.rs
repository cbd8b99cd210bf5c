//! Erf GELU, softmax and layer norm with vector instructions, on all cores: candle computes one value after the other on a CPU, which takes as
//! long as a third of a vision transformer's matrix products.

mod chunks;
mod gelu;
mod layer_norm;
mod polynomial;
mod softmax;

pub use gelu::gelu;
pub use layer_norm::LayerNorm;
pub use softmax::{scaled_softmax, softmax};
