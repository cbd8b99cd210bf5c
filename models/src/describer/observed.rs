//! What is known of one picture, and how long it took.

use std::sync::OnceLock;
use std::time::Duration;

use crate::base::error::Result;
use crate::evidence::Evidence;
use crate::families::family::{Family, Memory};
use crate::picture::Picture;
use crate::say::Statement;
use crate::sight::pixels::Kind;

/// Gets each sentence that is done while the rest of a description is still being written.
pub type Told<'t> = dyn FnMut(&Statement) + Send + 't;

/// What was found in a picture, and what each model keeps of it once it has looked.
#[derive(Debug, Default)]
pub struct Observed {
    /// What the networks and the pixels tell, before it is weighed.
    pub evidence: Evidence,
    /// glance's.
    pub(super) glance: OnceLock<Memory>,
    /// The published model's.
    pub(super) model: OnceLock<Memory>,
}

impl Observed {
    /// Whether the networks are asked about such a picture; of others pixels tell enough.
    pub(super) fn is_for_networks(&self) -> bool {
        matches!(self.evidence.pixels.kind, Kind::Photo | Kind::Drawing)
    }
}

/// What a family keeps of a picture; it looks once.
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
    /// Pixels, image encoder and queries.
    pub encode: Duration,
    /// Caption and its confidence, and objects.
    pub generate: Duration,
}
