//! What a Q-Former remembers of a picture: enough to hold any text against it, without the picture or its encoder.

use std::borrow::Cow;

use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{Device, Result, Tensor, bail};

/// How memories are kept: 15 KB for glance, a quarter of float16. The logits of ITM differ by less than 0.3, of the 20 that they range over.
const KEPT: GgmlDType = GgmlDType::Q4K;

/// A picture's cross-attention keys and values [1, heads, S, W], layer by layer: computed once for any number of texts.
#[derive(Debug, Clone)]
pub struct ImageMemory(pub(super) Vec<Option<(Tensor, Tensor)>>);

impl ImageMemory {
    /// Those of several pictures as one, a row each.
    pub fn stack(memories: &[&Self]) -> Result<Self> {
        let Some(first) = memories.first() else {
            bail!("no picture is remembered")
        };
        let layer = |index: usize| {
            let of_each = || memories.iter().filter_map(|memory| memory.0[index].as_ref());
            let keys: Vec<&Tensor> = of_each().map(|(keys, _)| keys).collect();
            let values: Vec<&Tensor> = of_each().map(|(_, values)| values).collect();
            Ok((Tensor::cat(&keys, 0)?, Tensor::cat(&values, 0)?))
        };
        let layers = first.0.iter().enumerate();
        layers
            .map(|(index, there)| there.is_some().then(|| layer(index)).transpose())
            .collect::<Result<_>>()
            .map(Self)
    }

    /// In few bytes, to be kept on a disk.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let numbers = self.0.iter().flatten().flat_map(|(keys, values)| [keys, values]);
        let numbers: Vec<Tensor> = numbers.map(Tensor::flatten_all).collect::<Result<_>>()?;
        let numbers = Tensor::cat(&numbers, 0)?.to_device(&Device::Cpu)?;
        let blocks = numbers.reshape(((), KEPT.block_size()))?;
        Ok(QTensor::quantize(&blocks, KEPT)?.data()?.into_owned())
    }

    /// The memory that [`Self::to_bytes`] made such bytes of. `layers`: which have cross-attention; `shape`: [heads, S, W].
    pub(super) fn from_bytes(bytes: &[u8], layers: &[bool], shape: [usize; 3], device: &Device) -> Result<Self> {
        let tensors = 2 * layers.iter().filter(|crosses| **crosses).count();
        let [heads, tokens, width] = shape;
        let blocks = tensors * heads * tokens * width / KEPT.block_size();
        if bytes.len() != blocks * KEPT.type_size() {
            bail!("{} bytes are no memory of a picture", bytes.len());
        }
        let storage = QStorage::from_data(Cow::Borrowed(bytes), &Device::Cpu, KEPT)?;
        let numbers = QTensor::new(storage, (blocks, KEPT.block_size()))?.dequantize(&Device::Cpu)?;
        let rows = numbers.reshape((tensors, 1, heads, tokens, width))?.to_device(device)?;
        let mut rows = (0..tensors).map(|row| rows.get(row));
        let mut pair = || Some((rows.next()?, rows.next()?));
        let pairs = layers.iter().map(|crosses| match crosses.then(&mut pair).flatten() {
            Some((keys, values)) => Ok(Some((keys?, values?))),
            None => Ok(None),
        });
        pairs.collect::<Result<_>>().map(Self)
    }
}
