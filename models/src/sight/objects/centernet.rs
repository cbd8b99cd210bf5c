//! `CenterNet` (Zhou et al., "Objects as Points", 2019) on `MobileNetV3`: for each cell of a fine grid the scores of 80
//! kinds of thing and the distances to the sides of their boxes. Reference: the graph that `training/export_objects.py` reads.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use candle_nn::ops::sigmoid;

use crate::nn::convolution::{Activation, Depthwise, Pointwise, Step, doubled, first_windows, mean};
use crate::sight::objects::NAMES;

/// Side of the input in pixels.
pub const SIZE: u32 = 512;
/// Side of the output in cells.
pub const GRID: usize = 128;
const STEM: usize = 16;
const LAST: usize = 480;

/// Sizes of one block of the network.
struct Shape {
    inner: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
    /// Channels that squeeze-and-excitation squeezes to; 0 without.
    squeeze: usize,
}

const fn shape(inner: usize, outputs: usize, kernel: usize, stride: usize, squeeze: usize) -> Shape {
    Shape {
        inner,
        outputs,
        kernel,
        stride,
        squeeze,
    }
}

/// Inner widths are padded to multiples of 16.
const BLOCKS: [Shape; 15] = [
    shape(16, 16, 3, 1, 0),
    shape(64, 24, 3, 2, 0),
    shape(80, 24, 3, 1, 0),
    shape(80, 32, 5, 2, 24),
    shape(96, 32, 5, 1, 24),
    shape(96, 32, 5, 1, 24),
    shape(192, 64, 3, 2, 0),
    shape(160, 64, 3, 1, 0),
    shape(144, 64, 3, 1, 0),
    shape(144, 64, 3, 1, 0),
    shape(384, 88, 3, 1, 96),
    shape(528, 88, 3, 1, 136),
    shape(528, 120, 5, 2, 136),
    shape(720, 120, 5, 1, 184),
    shape(720, 120, 5, 1, 184),
];
/// From this block on the activation is hard swish.
const HARD_SWISH_FROM: usize = 6;
/// Levels of the pyramid: number in the names, input width and output width of the lateral.
const LATERALS: [(usize, usize, usize); 3] = [(2, 80, 64), (3, 96, 96), (4, 88, 128)];
/// Width inside every lateral, padded.
const LATERAL: usize = 32;
/// The blocks whose expanded (levels 2 and 3) or finished (level 4) activations the laterals read.
const TAPS: [usize; 3] = [3, 5, 11];
/// Number in the names, input and output width of each doubling, from coarse to fine.
const UPS: [(usize, usize, usize); 3] = [(5, LAST, 128), (4, 256, 96), (3, 192, 64)];
const HEAD: usize = 128;

/// The network, on the CPU.
#[derive(Debug)]
pub struct CenterNet {
    stem: Pointwise,
    stem_step: Step,
    blocks: Vec<Block>,
    last: Pointwise,
    laterals: Vec<Lateral>,
    ups: Vec<Up>,
    squeeze: Squeeze,
    classes: Separable,
    sides: Separable,
}

impl CenterNet {
    /// Reads the tensors that `training/export_objects.py` writes.
    pub fn load(weights: &VarBuilder) -> Result<Self> {
        let mut inputs = STEM;
        let mut blocks = Vec::with_capacity(BLOCKS.len());
        for (index, shape) in BLOCKS.iter().enumerate() {
            blocks.push(Block::load(
                index,
                inputs,
                shape,
                &weights.pp(format!("blocks.{index}")),
            )?);
            inputs = shape.outputs;
        }
        let laterals = LATERALS
            .map(|(level, inputs, outputs)| Lateral::load(inputs, outputs, &weights.pp(format!("laterals.{level}"))));
        let last = weights.pp("last");
        let ups = UPS.map(|(level, inputs, outputs)| {
            let before = || match level {
                5 => Step::load(Activation::HardSwish, inputs, &last),
                _ => Ok(Step::activation(Activation::Relu, inputs)),
            };
            Up::load(before()?, before()?, outputs, &weights.pp(format!("up.{level}")))
        });
        let head = weights.pp("head");
        let plain = || Step::activation(Activation::Linear, HEAD);
        Ok(Self {
            stem: Pointwise::load(27, STEM, false, &weights.pp("stem"))?,
            stem_step: Step::load(Activation::HardSwish, STEM, &weights.pp("stem"))?,
            blocks,
            last: Pointwise::load(inputs, LAST, false, &last)?,
            laterals: laterals.into_iter().collect::<Result<_>>()?,
            ups: ups.into_iter().collect::<Result<_>>()?,
            squeeze: Squeeze::load(HEAD, HEAD / 4, false, &head.pp("squeeze"))?,
            classes: Separable::load(plain(), 3, NAMES.len(), &head.pp("classes"))?,
            sides: Separable::load(plain(), 3, 4, &head.pp("sides"))?,
        })
    }

    /// RGB bytes of a 512 x 512 picture to logits [128, 128, 80] and distances [128, 128, 4] (left, top, right, bottom,
    /// in input pixels).
    pub fn forward(&self, pixels: &[u8]) -> Result<(Tensor, Tensor)> {
        let windows = first_windows(pixels, SIZE as usize, 0.0)?;
        let mut x = self.stem.forward(&windows)?.apply_op1_no_bwd(&self.stem_step)?;
        let mut laterals = Vec::with_capacity(TAPS.len());
        for (index, block) in self.blocks.iter().enumerate() {
            let y = block.forward(&x)?;
            if let Some(level) = TAPS.iter().position(|&tap| tap == index) {
                let inside = if level < 2 { block.expanded(&x)? } else { y.clone() };
                laterals.push(self.laterals[level].forward(&inside)?);
            }
            x = y;
        }
        x = self.last.forward(&x)?;
        for (up, lateral) in self.ups.iter().zip(laterals.iter().rev()) {
            x = Tensor::cat(&[lateral, &up.forward(&x)?], 2)?;
        }
        let x = self.squeeze.forward(&x.relu()?)?;
        Ok((self.classes.forward(&x)?, self.sides.forward(&x)?))
    }
}

/// Inverted residual: expand (1 x 1), depthwise, squeeze and excite, project (1 x 1, linear).
#[derive(Debug)]
struct Block {
    expand: Option<(Pointwise, Step)>,
    depthwise: Depthwise,
    squeeze: Option<Squeeze>,
    project: Pointwise,
    skip: bool,
}

impl Block {
    fn load(index: usize, inputs: usize, shape: &Shape, weights: &VarBuilder) -> Result<Self> {
        let &Shape {
            inner,
            outputs,
            kernel,
            stride,
            squeeze,
        } = shape;
        let activation = if index < HARD_SWISH_FROM {
            Activation::Relu
        } else {
            Activation::HardSwish
        };
        let (expand, depthwise) = (weights.pp("expand"), weights.pp("depthwise"));
        let step = || Step::load(activation, inner, &expand);
        let first = index == 0;
        let before = if first {
            Step::activation(Activation::Linear, inner)
        } else {
            step()?
        };
        let after = Step::load(activation, inner, &depthwise)?;
        Ok(Self {
            expand: if first {
                None
            } else {
                Some((Pointwise::load(inputs, inner, false, &expand)?, step()?))
            },
            depthwise: Depthwise::load(before, after, kernel, stride, &depthwise)?,
            squeeze: match squeeze {
                0 => None,
                squeeze => Some(Squeeze::load(inner, squeeze, true, &weights.pp("squeeze"))?),
            },
            project: Pointwise::load(inner, outputs, true, &weights.pp("project"))?,
            skip: stride == 1 && inputs == outputs,
        })
    }

    /// Input of the depthwise convolution, activated.
    fn expanded(&self, x: &Tensor) -> Result<Tensor> {
        match &self.expand {
            Some((expand, step)) => expand.forward(x)?.apply_op1_no_bwd(step),
            None => Ok(x.clone()),
        }
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = match &self.expand {
            Some((expand, _)) => expand.forward(x)?.apply_op1_no_bwd(&self.depthwise)?,
            None => x.apply_op1_no_bwd(&self.depthwise)?,
        };
        let y = match &self.squeeze {
            Some(squeeze) => squeeze.forward(&y)?,
            None => y,
        };
        let y = self.project.forward(&y)?;
        if self.skip { x + y } else { Ok(y) }
    }
}

/// Squeeze and excitation (Hu et al., 2018): weighs channels by what the whole picture shows.
#[derive(Debug)]
struct Squeeze {
    reduce: Pointwise,
    restore: Pointwise,
    hard: bool,
}

impl Squeeze {
    /// `hard`: the gate is `MobileNetV3`'s hard sigmoid, and it has a bias.
    fn load(channels: usize, squeezed: usize, hard: bool, weights: &VarBuilder) -> Result<Self> {
        Ok(Self {
            reduce: Pointwise::load(channels, squeezed, true, &weights.pp("reduce"))?,
            restore: Pointwise::load(squeezed, channels, hard, &weights.pp("restore"))?,
            hard,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let gate = self.restore.forward(&self.reduce.forward(&mean(x)?)?.relu()?)?;
        let gate = if self.hard {
            ((gate + 3.0)?.clamp(0f32, 6f32)? / 6.0)?
        } else {
            sigmoid(&gate)?
        };
        x.broadcast_mul(&gate)
    }
}

/// Separable convolution: depthwise, then 1 x 1.
#[derive(Debug)]
struct Separable {
    depthwise: Depthwise,
    project: Pointwise,
}

impl Separable {
    fn load(before: Step, kernel: usize, outputs: usize, weights: &VarBuilder) -> Result<Self> {
        let inputs = before.bias.len();
        let after = Step::activation(Activation::Linear, inputs);
        Ok(Self {
            depthwise: Depthwise::load(before, after, kernel, 1, &weights.pp("depthwise"))?,
            project: Pointwise::load(inputs, outputs, true, &weights.pp("project"))?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.project.forward(&x.apply_op1_no_bwd(&self.depthwise)?)
    }
}

/// Brings a level of the backbone into the pyramid.
#[derive(Debug)]
struct Lateral {
    reduce: Pointwise,
    rest: Separable,
}

impl Lateral {
    fn load(inputs: usize, outputs: usize, weights: &VarBuilder) -> Result<Self> {
        let reduce = weights.pp("reduce");
        Ok(Self {
            reduce: Pointwise::load(inputs, LATERAL, false, &reduce)?,
            rest: Separable::load(Step::load(Activation::Relu, LATERAL, &reduce)?, 5, outputs, weights)?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.rest.forward(&self.reduce.forward(x)?)
    }
}

/// The sum of two separable convolutions, at twice the size.
#[derive(Debug)]
struct Up {
    small: Separable,
    large: Separable,
}

impl Up {
    fn load(small: Step, large: Step, outputs: usize, weights: &VarBuilder) -> Result<Self> {
        Ok(Self {
            small: Separable::load(small, 3, outputs, &weights.pp("small"))?,
            large: Separable::load(large, 5, outputs, &weights.pp("large"))?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        doubled(&(self.small.forward(x)? + self.large.forward(x)?)?)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::nn::convolution::golden;

    /// The published graph, computed node by node by `training/export_objects.py`.
    #[test]
    fn equals_the_reference() {
        let network = CenterNet::load(&golden::weights("objects.safetensors")).unwrap();
        let (scores, sides) = network.forward(&golden::pixels(SIZE as usize)).unwrap();
        assert_eq!(
            (scores.dims(), sides.dims()),
            (&[GRID, GRID, 80][..], &[GRID, GRID, 4][..])
        );
        let every_sixteenth = Tensor::arange_step(0u32, GRID as u32, 16, &Device::Cpu).unwrap();
        let thin = |x: Tensor| {
            x.index_select(&every_sixteenth, 0)
                .unwrap()
                .index_select(&every_sixteenth, 1)
                .unwrap()
        };
        let reference = golden::values("objects.safetensors");
        for (ours, name) in [(thin(scores), "scores"), (thin(sides), "sides")] {
            let error = golden::error(&ours, &reference[name]);
            assert!(error < 1e-4, "{name}: {error}");
        }
    }
}
