//! Multi-head attention, shared by the Q-Former and the language models.

use candle_core::{D, Device, Result, Tensor};

use crate::elementwise::softmax;

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
    let mut scores = (query * scale)?.matmul(&keys.transpose(2, 3)?)?;
    if let Some(mask) = mask {
        scores = scores.broadcast_add(mask)?;
    }
    let weights = softmax(&scores)?;
    weights.matmul(values)?.transpose(1, 2)?.flatten_from(2)
}

/// [T, past + T]: 0 where a token may look, minus infinity where it may not (later tokens).
pub(crate) fn causal_mask(tokens: usize, past: usize, device: &Device) -> Result<Tensor> {
    let row = |i: usize| (0..past + tokens).map(move |j| if j <= past + i { 0.0 } else { f32::NEG_INFINITY });
    Tensor::from_vec((0..tokens).flat_map(row).collect(), (tokens, past + tokens), device)
}
