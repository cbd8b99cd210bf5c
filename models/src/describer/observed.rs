//! What is known of one picture, and how long it took.

use std::sync::OnceLock;
use std::time::Duration;

use crate::base::error::Result;
use crate::evidence::Evidence;
use crate::families::glance::Look;
use crate::families::vision_language::{Image, VisionLanguage};
use crate::picture::Picture;
use crate::sight::pixels::Kind;

/// What was found in a picture, and what each model remembers of it once it has looked.
#[derive(Debug, Default)]
pub struct Observed {
    /// What the networks and the pixels tell, before it is weighed.
    pub evidence: Evidence,
    /// Of the pack's networks.
    pub(super) look: OnceLock<Look>,
    /// Of the published model.
    pub(super) image: OnceLock<Image>,
}

impl Observed {
    /// Whether the networks are asked about such a picture; of others pixels tell enough.
    pub(super) fn is_for_networks(&self) -> bool {
        matches!(self.evidence.pixels.kind, Kind::Photo | Kind::Drawing)
    }

    /// What a published model remembers of the picture; it looks once.
    pub(super) fn image(&self, model: &dyn VisionLanguage, picture: &Picture) -> Result<&Image> {
        if let Some(image) = self.image.get() {
            return Ok(image);
        }
        let image = model.look(picture)?;
        Ok(self.image.get_or_init(|| image))
    }
}

/// How long the stages took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timings {
    /// Pixels, image encoder and queries.
    pub encode: Duration,
    /// Caption and its confidence, and objects, which are looked for at the same time.
    pub generate: Duration,
}
