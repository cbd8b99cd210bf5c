//! Pixels as a published encoder wants them, by `preprocessor_config.json`.

use candle_core::{Device, Tensor};
use serde::Deserialize;

use crate::base::error::Result;
use crate::picture::Picture;
use crate::weights::checkpoint::{Checkpoint, CheckpointError};

const FILE: &str = "preprocessor_config.json";
/// Pictures are not blown up further, whatever a file says.
const LARGEST: u32 = 2048;

/// `preprocessor_config.json`; what is absent is as CLIP has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
struct Config {
    size: Size,
    image_mean: [f32; 3],
    image_std: [f32; 3],
    rescale_factor: f32,
    do_center_crop: bool,
}

/// Newer files give both sides, older ones one.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Size {
    Sides { height: u32, width: u32 },
    Side(u32),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            size: Size::Side(384),
            image_mean: [0.481_454_66, 0.457_827_5, 0.408_210_73],
            image_std: [0.268_629_54, 0.261_302_6, 0.275_777_1],
            rescale_factor: 1.0 / 255.0,
            do_center_crop: false,
        }
    }
}

/// Squashes by antialiased bicubic interpolation, then scales and normalises each channel.
#[derive(Debug, Clone)]
pub struct Preprocessor {
    width: u32,
    height: u32,
    /// For each channel: what a pixel value is multiplied by, and what is added then.
    scale: [f32; 3],
    shift: [f32; 3],
}

impl Preprocessor {
    /// Reads `preprocessor_config.json` (`BlipImageProcessor` of `transformers`).
    pub fn load(checkpoint: &Checkpoint) -> Result<Self, CheckpointError> {
        let config: Config = checkpoint.json(FILE)?;
        let (width, height) = match config.size {
            Size::Sides { height, width } => (width, height),
            Size::Side(side) => (side, side),
        };
        let wrong = |reason: &str| Err(checkpoint.unusable(FILE, reason));
        if config.do_center_crop {
            return wrong("it wants pictures cropped, which would hide their edges");
        }
        if !(1..=LARGEST).contains(&width) || !(1..=LARGEST).contains(&height) {
            return wrong(&format!(
                "pictures of {width} by {height} are not of a size from 1 to {LARGEST}"
            ));
        }
        if config.image_std.iter().any(|std| !std.is_normal()) {
            return wrong("a standard deviation of the channels is no number above 0");
        }
        let (factor, mean, std) = (config.rescale_factor, config.image_mean, config.image_std);
        Ok(Self {
            width,
            height,
            scale: std.map(|std| factor / std),
            shift: std::array::from_fn(|channel| -mean[channel] / std[channel]),
        })
    }

    /// [1, 3, height, width], about -2..3.
    pub fn pixels(&self, picture: &Picture, device: &Device) -> Result<Tensor> {
        let rgb = picture.squashed(self.width, self.height);
        let plane = |channel: usize| {
            let values = rgb.as_raw()[channel..].iter().step_by(3);
            values.map(move |&value| f32::from(value).mul_add(self.scale[channel], self.shift[channel]))
        };
        let values: Vec<f32> = (0..3).flat_map(plane).collect();
        let sizes = (1, 3, self.height as usize, self.width as usize);
        Ok(Tensor::from_vec(values, sizes, device)?)
    }
}
