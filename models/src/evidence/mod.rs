//! Combines what the networks found in a picture (caption, classes and objects) and computes how likely each part is
//! right.

pub mod calibration;
pub mod caption;
mod colours;
#[allow(clippy::module_inception)]
mod evidence;
mod features;
pub mod lexicon;
mod odds;
pub mod place;
pub mod things;
mod weighing;

pub use calibration::Calibration;
pub use caption::neutral;
pub use colours::main_colours;
pub use evidence::{CaptionEvidence, Evidence};
pub use features::{FEATURES, features};
pub use things::{Thing, things};
