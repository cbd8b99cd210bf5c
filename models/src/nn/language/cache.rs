//! Keys and values that a language model has computed already.

use candle_core::{Result, Tensor};

/// Keys and values [R, heads, T, head width] of every layer.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    layers: Vec<Option<(Tensor, Tensor)>>,
    length: usize,
}

impl Cache {
    /// How many tokens it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// True before the first token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The cache with the given rows, in that order; a row may be taken several times or not at all.
    pub fn select(&self, rows: &Tensor) -> Result<Self> {
        let pick = |layer: &Option<(Tensor, Tensor)>| match layer {
            Some((keys, values)) => Ok(Some((keys.index_select(rows, 0)?, values.index_select(rows, 0)?))),
            None => Ok(None),
        };
        let layers = self.layers.iter().map(pick).collect::<Result<_>>()?;
        Ok(Self {
            layers,
            length: self.length,
        })
    }

    /// Counts tokens that were added to every layer.
    pub(crate) fn advance(&mut self, tokens: usize) {
        self.length += tokens;
    }

    /// Appends a layer's new keys and values and returns all.
    pub(crate) fn extend(&mut self, layer: usize, keys: Tensor, values: Tensor) -> Result<(Tensor, Tensor)> {
        if self.layers.len() <= layer {
            self.layers.resize(layer + 1, None);
        }
        let all = match self.layers[layer].take() {
            Some((old_keys, old_values)) => (
                Tensor::cat(&[&old_keys, &keys], 2)?,
                Tensor::cat(&[&old_values, &values], 2)?,
            ),
            None => (keys.contiguous()?, values.contiguous()?),
        };
        self.layers[layer] = Some(all.clone());
        Ok(all)
    }
}
