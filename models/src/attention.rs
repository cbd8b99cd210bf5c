//! Multi-head attention, shared by the Q-Former and the language models.

use candle_core::{D, Device, IndexOp, Result, Tensor};

use crate::elementwise::softmax;
use crate::shares::in_shares;

/// So many queries of a head look at once: the scores of more would not stay in the processor's cache.
const BLOCK: usize = 192;

/// [R, T, D] -> [R, heads, T, D / heads].
pub(crate) fn split_heads(x: &Tensor, heads: usize) -> Result<Tensor> {
    let (rows, tokens, width) = x.dims3()?;
    x.reshape((rows, tokens, heads, width / heads))?
        .transpose(1, 2)?
        .contiguous()
}

/// Scaled dot-product attention: queries [R, heads, T, W], keys and values [R, heads, S, W], mask broadcast to [R, heads, T, S] and
/// added. Returns [R, T, heads * W].
pub(crate) fn attend(query: &Tensor, keys: &Tensor, values: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
    let scale = 1.0 / (query.dim(D::Minus1)? as f64).sqrt();
    attend_scaled(query, keys, values, scale, mask)
}

/// The same with another factor for the scores.
pub(crate) fn attend_scaled(
    query: &Tensor,
    keys: &Tensor,
    values: &Tensor,
    scale: f64,
    mask: Option<&Tensor>,
) -> Result<Tensor> {
    // There are fewer queries than scores to multiply.
    let query = (query * scale)?;
    let keys = keys.transpose(2, 3)?;
    look(&query, &keys, values, mask)?.transpose(1, 2)?.flatten_from(2)
}

/// What scaled queries [R, heads, T, W] find: [R, heads, T, W]. Keys [R, heads, W, S] lie ready for the product. Cores share the heads where
/// there are many queries.
pub(crate) fn look(query: &Tensor, keys: &Tensor, values: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
    let (rows, heads, tokens, width) = query.dims4()?;
    if tokens <= BLOCK || !query.device().is_cpu() {
        return find(query, keys, values, mask);
    }
    let scores = (rows, heads, tokens, values.dim(2)?);
    let mask = mask.map(|mask| mask.broadcast_as(scores)).transpose()?;
    let found = in_shares(rows * heads, 1, 0, |head, _| {
        let of_head = |x: &Tensor| x.i((head / heads, head % heads));
        let (query, keys, values) = (of_head(query)?, of_head(keys)?, of_head(values)?);
        let mask = mask.as_ref().map(of_head).transpose()?;
        let parts = (0..tokens).step_by(BLOCK).map(|first| {
            let count = BLOCK.min(tokens - first);
            let mask = mask.as_ref().map(|mask| mask.narrow(0, first, count)).transpose()?;
            find(&query.narrow(0, first, count)?, &keys, &values, mask.as_ref())
        });
        Tensor::cat(&parts.collect::<Result<Vec<_>>>()?, 0)
    })?;
    found.reshape((rows, heads, tokens, width))
}

fn find(query: &Tensor, keys: &Tensor, values: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
    let mut scores = query.matmul(keys)?;
    if let Some(mask) = mask {
        scores = scores.broadcast_add(mask)?;
    }
    softmax(&scores)?.matmul(values)
}

/// [T, past + T]: 0 where a token may look, minus infinity where it may not (later tokens).
pub(crate) fn causal_mask(tokens: usize, past: usize, device: &Device) -> Result<Tensor> {
    let row = |i: usize| (0..past + tokens).map(move |j| if j <= past + i { 0.0 } else { f32::NEG_INFINITY });
    Tensor::from_vec((0..tokens).flat_map(row).collect(), (tokens, past + tokens), device)
}
