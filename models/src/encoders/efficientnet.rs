//! EfficientNet-Lite (Tan & Le, "`EfficientNet`", 2019; the Lite variants of the `TensorFlow` TPU repository): no
//! squeeze-and-excitation, `ReLU6` everywhere. Reference: `training/efficientnet.py`.

use candle_core::{Device, Result, Tensor};
use candle_nn::VarBuilder;

use super::{Encoded, ImageEncoder};
use crate::convolution::{Activation, Depthwise, Pointwise, Step, first_windows, mean};
use crate::pack::Pack;
use crate::picture::Picture;
use crate::weights;

const WEIGHTS: &str = "encoder.safetensors";
/// Taken off every pixel value; the division by 128 is in the weights.
const MEAN: f32 = 127.0;
const STEM: usize = 32;
/// Width of the feature map, and so of the tokens.
const WIDTH: usize = 1280;
const CLASSES: usize = 1000;
/// Side of the grid of tokens that the feature map is averaged to.
const POOLED: usize = 5;
/// Pixels of a side to one cell of the feature map.
const REDUCTION: usize = 32;
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
/// Channels inside a block, as a multiple of its input; the first block does not expand.
const EXPANSION: usize = 6;

/// EfficientNet-Lite2 with an ImageNet-1k head, on the CPU.
#[derive(Debug)]
pub struct EfficientNetLite {
    image_size: u32,
    device: Device,
    stem: Pointwise,
    blocks: Vec<Block>,
    head: Pointwise,
    classifier: Pointwise,
    /// [tokens - 1, cells of the feature map]
    pooling: Tensor,
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
    pub fn load(pack: &Pack, image_size: u32, device: &Device) -> crate::error::Result<Self> {
        let weights = weights::load(pack, WEIGHTS, &Device::Cpu)?;
        let network = Self::read(&weights, image_size, device).map_err(|error| pack.unusable(WEIGHTS, error))?;
        Ok(network)
    }

    fn read(weights: &VarBuilder, image_size: u32, device: &Device) -> Result<Self> {
        let mut blocks = Vec::new();
        let mut inputs = STEM;
        for (repeats, kernel, first_stride, outputs) in STAGES {
            for repeat in 0..repeats {
                let stride = if repeat == 0 { first_stride } else { 1 };
                let weights = weights.pp(format!("blocks.{}", blocks.len()));
                blocks.push(block(blocks.is_empty(), inputs, outputs, kernel, stride, &weights)?);
                inputs = outputs;
            }
        }
        Ok(Self {
            image_size,
            device: device.clone(),
            // The depthwise convolutions add the bias of the layer before them.
            stem: Pointwise::load(27, STEM, false, &weights.pp("stem"))?,
            blocks,
            head: Pointwise::load(inputs, WIDTH, true, &weights.pp("head"))?,
            classifier: Pointwise::load(WIDTH, CLASSES, true, &weights.pp("classifier"))?,
            pooling: pooling((image_size as usize).div_ceil(REDUCTION), POOLED)?,
        })
    }

    /// RGB bytes of a square picture to tokens [1, 26, 1280] in 0..6 (the mean, then 5 x 5 averages, row by row) and
    /// 1,000 logits.
    fn forward(&self, pixels: &[u8]) -> Result<(Tensor, Vec<f32>)> {
        let mut x = self
            .stem
            .forward(&first_windows(pixels, self.image_size as usize, MEAN)?)?;
        for block in &self.blocks {
            x = block.forward(&x)?;
        }
        let cells = self.head.forward(&x)?.clamp(0f32, 6f32)?;
        let mean = mean(&cells)?;
        let logits = self.classifier.forward(&mean)?.flatten_all()?.to_vec1()?;
        let pooled = self.pooling.matmul(&cells.flatten_to(1)?)?;
        let tokens = Tensor::cat(&[&mean.flatten_to(1)?, &pooled], 0)?.unsqueeze(0)?;
        Ok((tokens, logits))
    }
}

/// The matrix [to * to, from * from] that averages a square grid of `from` cells a side to one of `to` cells, over windows
/// that overlap where the sides do not divide: `PyTorch`'s `adaptive_avg_pool2d`.
fn pooling(from: usize, to: usize) -> Result<Tensor> {
    let share = |target: usize, source: usize| {
        let window = target * from / to..((target + 1) * from).div_ceil(to);
        if window.contains(&source) {
            1.0 / window.len() as f32
        } else {
            0.0
        }
    };
    let weights: Vec<f32> = (0..to * to)
        .flat_map(|target| (0..from * from).map(move |source| (target, source)))
        .map(|(target, source)| share(target / to, source / from) * share(target % to, source % from))
        .collect();
    Tensor::from_vec(weights, (to * to, from * from), &Device::Cpu)
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
    fn encode(&self, picture: &Picture) -> crate::error::Result<Encoded> {
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
    use crate::convolution::golden;

    /// The `PyTorch` network with the same float16 weights.
    #[test]
    fn equals_the_reference() {
        let network = EfficientNetLite::read(&golden::weights(WEIGHTS), 260, &Device::Cpu).unwrap();
        let (tokens, logits) = network.forward(&golden::pixels(260)).unwrap();
        assert_eq!(tokens.dims(), [1, 26, 1280]);
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
