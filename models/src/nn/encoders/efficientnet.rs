//! EfficientNet-Lite (Tan & Le, "`EfficientNet`", 2019; the Lite variants of the `TensorFlow` TPU repository): no
//! squeeze-and-excitation, `ReLU6` everywhere. Reference: `training/efficientnet.py`.

use candle_core::{Device, Result, Tensor};
use candle_nn::VarBuilder;

use super::levels::Levels;
use super::{Encoded, ImageEncoder};
use crate::nn::convolution::{Activation, Depthwise, Pointwise, Step, first_windows, mean};
use crate::picture::Picture;
use crate::weights::pack::Pack;
use crate::weights::tensors;

const WEIGHTS: &str = "encoder.safetensors";
/// Taken off every pixel value; the division by 128 is in the weights.
const MEAN: f32 = 127.0;
const STEM: usize = 32;
/// Width of the last feature map.
const WIDTH: usize = 1280;
const CLASSES: usize = 1000;
/// Blocks, kernel, stride of the first block, channels: the seven stages of Lite2.
const STAGES: [(usize, usize, usize, usize); 7] = [
    (1, 3, 1, 16),
    (3, 3, 2, 24),
    (3, 5, 2, 48),
    (4, 3, 2, 88),
    (4, 5, 1, 120),
    (5, 5, 2, 208),
    (1, 3, 1, 352),
];
/// The stages whose maps stand in the tokens beside the last one.
const EARLY: usize = 4;
const MIDDLE: usize = 5;
/// Channels inside a block, as a multiple of its input; the first block does not expand.
const EXPANSION: usize = 6;

/// EfficientNet-Lite2 with an ImageNet-1k head, on the CPU.
#[derive(Debug)]
pub struct EfficientNetLite {
    image_size: u32,
    device: Device,
    stem: Pointwise,
    /// By stage.
    stages: Vec<Vec<Block>>,
    head: Pointwise,
    classifier: Pointwise,
    levels: Levels,
}

/// Inverted residual: expand (1 x 1), depthwise, project (1 x 1, linear).
#[derive(Debug)]
struct Block {
    expand: Option<Pointwise>,
    depthwise: Depthwise,
    project: Pointwise,
    skip: bool,
}

impl Block {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = match &self.expand {
            Some(expand) => expand.forward(x)?.apply_op1_no_bwd(&self.depthwise)?,
            None => x.apply_op1_no_bwd(&self.depthwise)?,
        };
        let y = self.project.forward(&y)?;
        if self.skip { x + y } else { Ok(y) }
    }
}

impl EfficientNetLite {
    /// Reads the network that `training/export_encoder.py` writes. Pictures are squashed to squares of `image_size`;
    /// tokens are moved to `device`.
    pub fn load(pack: &Pack, image_size: u32, device: &Device) -> crate::base::error::Result<Self> {
        let weights = tensors::load(pack, WEIGHTS, &Device::Cpu)?;
        let network = Self::read(&weights, image_size, device).map_err(|error| pack.unusable(WEIGHTS, error))?;
        Ok(network)
    }

    fn read(weights: &VarBuilder, image_size: u32, device: &Device) -> Result<Self> {
        let (mut stages, mut index, mut inputs) = (Vec::new(), 0, STEM);
        for (repeats, kernel, first_stride, outputs) in STAGES {
            let mut blocks = Vec::new();
            for repeat in 0..repeats {
                let stride = if repeat == 0 { first_stride } else { 1 };
                let weights = weights.pp(format!("blocks.{index}"));
                blocks.push(block(index == 0, inputs, outputs, kernel, stride, &weights)?);
                (index, inputs) = (index + 1, outputs);
            }
            stages.push(blocks);
        }
        Ok(Self {
            image_size,
            device: device.clone(),
            // The depthwise convolutions add the bias of the layer before them.
            stem: Pointwise::load(27, STEM, false, &weights.pp("stem"))?,
            stages,
            head: Pointwise::load(inputs, WIDTH, true, &weights.pp("head"))?,
            classifier: Pointwise::load(WIDTH, CLASSES, true, &weights.pp("classifier"))?,
            levels: Levels::load(STAGES[MIDDLE].3, STAGES[EARLY].3, &weights.pp("levels"))?,
        })
    }

    /// RGB bytes of a square picture to tokens [1, 26, W], see [`Levels`], and 1,000 logits.
    fn forward(&self, pixels: &[u8]) -> Result<(Tensor, Vec<f32>)> {
        let first = self
            .stem
            .forward(&first_windows(pixels, self.image_size as usize, MEAN)?)?;
        let early = through(&self.stages[..=EARLY], first)?;
        let middle = through(&self.stages[EARLY + 1..=MIDDLE], early.clone())?;
        let last = through(&self.stages[MIDDLE + 1..], middle.clone())?;
        let cells = self.head.forward(&last)?.clamp(0f32, 6f32)?;
        let logits = self.classifier.forward(&mean(&cells)?)?.flatten_all()?.to_vec1()?;
        let tokens = self.levels.tokens(pixels, &early, &middle, &cells)?;
        Ok((tokens, logits))
    }
}

/// Runs some stages on a map.
fn through(stages: &[Vec<Block>], map: Tensor) -> Result<Tensor> {
    stages.iter().flatten().try_fold(map, |map, block| block.forward(&map))
}

fn block(
    first: bool,
    inputs: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
    weights: &VarBuilder,
) -> Result<Block> {
    let inner = if first { inputs } else { inputs * EXPANSION };
    let expand = weights.pp("expand");
    let before = if first {
        weights.root().pp("stem")
    } else {
        expand.clone()
    };
    let depthwise = weights.pp("depthwise");
    Ok(Block {
        expand: if first {
            None
        } else {
            Some(Pointwise::load(inputs, inner, false, &expand)?)
        },
        depthwise: Depthwise::load(
            Step::load(Activation::Relu6, inner, &before)?,
            Step::load(Activation::Relu6, inner, &depthwise)?,
            kernel,
            stride,
            &depthwise,
        )?,
        project: Pointwise::load(inner, outputs, true, &weights.pp("project"))?,
        skip: stride == 1 && inputs == outputs,
    })
}

impl ImageEncoder for EfficientNetLite {
    fn encode(&self, picture: &Picture) -> crate::base::error::Result<Encoded> {
        let (tokens, logits) = self.forward(picture.squashed(self.image_size, self.image_size).as_raw())?;
        Ok(Encoded {
            tokens: tokens.to_device(&self.device)?,
            logits: Some(logits),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::convolution::golden;

    /// The `PyTorch` network with the same float16 weights.
    #[test]
    fn equals_the_reference() {
        let network = EfficientNetLite::read(&golden::weights(WEIGHTS), 260, &Device::Cpu).unwrap();
        let (tokens, logits) = network.forward(&golden::pixels(260)).unwrap();
        assert_eq!(tokens.dims(), [1, Levels::TOKENS, 1734]);
        let every_fifth = Tensor::arange_step(0u32, 26, 5, &Device::Cpu).unwrap();
        let tokens = tokens.squeeze(0).unwrap().index_select(&every_fifth, 0).unwrap();
        let reference = golden::values("encoder.safetensors");
        for (ours, name) in [
            (tokens, "tokens"),
            (Tensor::new(logits, &Device::Cpu).unwrap(), "logits"),
        ] {
            let error = golden::error(&ours, &reference[name]);
            assert!(error < 1e-4, "{name}: {error}");
        }
    }
}
