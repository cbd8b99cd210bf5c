//! The result of looking at one picture, and how long it took.

use std::sync::OnceLock;
use std::time::Duration;

use crate::base::error::Result;
use crate::evidence::Evidence;
use crate::families::family::{Family, Memory};
use crate::picture::Picture;
use crate::say::Statement;
use crate::sight::pixels::Kind;

/// Callback that receives each finished sentence while the rest of a description is still being written.
pub type Told<'t> = dyn FnMut(&Statement) + Send + 't;

/// The evidence found in a picture, and each model's encoding of it, kept for further questions.
#[derive(Debug, Default)]
pub struct Observed {
    /// Results of the networks and the pixel statistics, not weighed yet.
    pub evidence: Evidence,
    /// glance's encoding of the picture, if it has looked.
    pub(super) glance: OnceLock<Memory>,
    /// The published model's encoding of the picture, if it has looked.
    pub(super) model: OnceLock<Memory>,
}

impl Observed {
    /// True for photos and drawings. Other kinds of picture are described from their pixels alone, without the
    /// networks.
    pub(super) fn is_for_networks(&self) -> bool {
        matches!(self.evidence.pixels.kind, Kind::Photo | Kind::Drawing)
    }
}

/// The family's memory of a picture, from `kept` if it has looked before.
pub(super) fn remembered<'a>(kept: &'a OnceLock<Memory>, family: &dyn Family, picture: &Picture) -> Result<&'a Memory> {
    if let Some(memory) = kept.get() {
        return Ok(memory);
    }
    let memory = family.look(picture)?;
    Ok(kept.get_or_init(|| memory))
}

/// How long the stages took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timings {
    /// Pixel statistics, image encoder and queries.
    pub encode: Duration,
    /// The rest: caption, its scores and objects.
    pub generate: Duration,
}
