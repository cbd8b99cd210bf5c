//! The engine of Eyebright: a picture goes in, an honest sentence comes out.
//!
//! In pipeline order: [`Pack::glance`] opens the weights, [`Picture::decode`] reads a picture within limits, [`Describer`] looks at it, and the
//! [`Description`] says what the evidence supports. [`speech`] hears questions, [`question`] answers them.
//!
//! The modules are rings, from the inside out: `base`, `picture`, `weights`, `nn`, `sight` and `speech`, `evidence`, `say`, `families`,
//! `describer`; each uses only those before it. No Tauri, no network, no audio, no clock of its own.

mod base;
mod describer;
mod evidence;
mod families;
mod nn;
mod picture;
mod say;
mod sight;
pub mod speech;
mod weights;

pub use candle_core::Device;

pub use base::cancel::Cancel;
pub use base::clock::Clock;
pub use base::error::{CheckpointError, Error, PackError, PictureError, Result};
pub use base::process;
pub use base::task::{Exchange, Task};
pub use describer::{Describer, Finding, Observed, Timings, Told};
pub use evidence::Evidence;
pub use families::family::{Family, Match, Memory, Request, Written};
pub use families::glance::Look;
pub use families::registry;
pub use nn::qformer::ImageMemory;
pub use picture::{Limits, Picture};
pub use say::description::{self, Description};
pub use say::question;
pub use say::{Language, Statement};
pub use sight::moderation::{Judgement, Level, Moderation};
pub use sight::ocr::{Line, Reader};
pub use sight::pixels::Kind;
pub use weights::checkpoint::{self, Checkpoint, Precision};
pub use weights::pack::{self, CATALOG, Pack};

/// The parts, for golden tests and measuring programs. They change without notice.
#[doc(hidden)]
pub mod parts {
    pub use crate::evidence::{Calibration, CaptionEvidence, FEATURES, features, lexicon, neutral, things};
    pub use crate::families::glance::captioner;
    pub use crate::families::{blip, blip2, image::Image};
    pub use crate::nn::{encoders, generation, language, preprocessing, qformer, tokenizer};
    pub use crate::sight::{objects, pixels, tags};
    pub use crate::weights::checkpoint::Weights;
    pub use crate::weights::tensors;
}
