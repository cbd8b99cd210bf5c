//! One layer: self-attention over queries and text, cross-attention of the queries to the picture, a feed-forward part for each.

use candle_core::{Result, Tensor, bail};

use super::config::QFormerConfig;
use crate::nn::bert::{Attention, FeedForward, Sizes};
use crate::weights::checkpoint::Weights;

pub(super) struct Layer {
    attention: Attention,
    crossattention: Option<Attention>,
    text: Option<FeedForward>,
    query: FeedForward,
}

impl Layer {
    pub(super) fn load(config: &QFormerConfig, index: usize, reads_text: bool, weights: &Weights) -> Result<Self> {
        let sizes = Sizes {
            width: config.hidden_size,
            hidden: config.intermediate_size,
            heads: config.num_attention_heads,
            epsilon: config.layer_norm_eps,
        };
        let attention = |source, name: &str| Attention::load(sizes, source, "attention", &weights.pp(name));
        let feed_forward = |inner, outer| FeedForward::load(sizes, inner, outer, weights);
        let crosses = index.is_multiple_of(config.cross_attention_frequency);
        Ok(Self {
            attention: attention(sizes.width, "attention")?,
            crossattention: crosses
                .then(|| attention(config.encoder_hidden_size, "crossattention"))
                .transpose()?,
            text: reads_text.then(|| feed_forward("intermediate", "output")).transpose()?,
            query: feed_forward("intermediate_query", "output_query")?,
        })
    }

    /// True where the layer has cross-attention to the picture.
    pub(super) fn crosses(&self) -> bool {
        self.crossattention.is_some()
    }

    /// Keys and values of image tokens [1, S, W]; `None` where the layer has no cross-attention.
    pub(super) fn image_keys_values(&self, image: &Tensor) -> Result<Option<(Tensor, Tensor)>> {
        self.crossattention
            .as_ref()
            .map(|attention| attention.keys_values(image))
            .transpose()
    }

    /// x [B, queries + T, D]. One row may meet the keys and values of several pictures: it becomes as many. Where it does not `go_on` to
    /// another layer, nobody reads the text behind queries, and it is left out.
    pub(super) fn forward(
        &self,
        x: &Tensor,
        queries: usize,
        image: Option<&(Tensor, Tensor)>,
        goes_on: bool,
    ) -> Result<Tensor> {
        let (keys, values) = self.attention.keys_values(x)?;
        let wanted = if goes_on || queries == 0 {
            x.clone()
        } else {
            x.narrow(1, 0, queries)?.contiguous()?
        };
        let x = self.attention.forward(&wanted, &keys, &values, None)?;
        if queries == 0 {
            return self.read_text(&x);
        }
        let mut query = x.narrow(1, 0, queries)?;
        if let (Some(attention), Some((keys, values))) = (&self.crossattention, image) {
            query = attention.forward(&rows(&query, keys.dim(0)?)?, keys, values, None)?;
        }
        let query = self.query.forward(&query)?;
        let text = x.dim(1)? - queries;
        if text == 0 {
            return Ok(query);
        }
        let text = self.read_text(&x.narrow(1, queries, text)?)?;
        Tensor::cat(&[&query, &rows(&text, query.dim(0)?)?], 1)
    }

    fn read_text(&self, x: &Tensor) -> Result<Tensor> {
        match &self.text {
            Some(feed_forward) => feed_forward.forward(x),
            None => bail!("this Q-Former has no text branch"),
        }
    }
}

/// One row as often as it is wanted.
fn rows(x: &Tensor, count: usize) -> Result<Tensor> {
    match x.dims3()? {
        (1, tokens, width) if count > 1 => x.broadcast_as((count, tokens, width))?.contiguous(),
        _ => Ok(x.clone()),
    }
}
