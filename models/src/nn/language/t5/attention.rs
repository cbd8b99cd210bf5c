//! Attention that knows positions only by a bias on its scores.

use candle_core::{Device, Result, Tensor, bail};
use candle_nn::Module;

use super::T5Config;
use crate::weights::checkpoint::Weights;
use eyebright_kernels::attention::{attend_scaled, split_heads};
use eyebright_kernels::linear::Linear;

pub(super) struct Attention {
    q: Linear,
    k: Linear,
    v: Linear,
    o: Linear,
    heads: usize,
}

impl Attention {
    pub(super) fn load(config: &T5Config, weights: &Weights) -> Result<Self> {
        let (width, inner) = (config.d_model, config.num_heads * config.d_kv);
        if inner == 0 {
            bail!("{} heads of a width of {}", config.num_heads, config.d_kv);
        }
        Ok(Self {
            q: weights.pp("q").linear_no_bias(width, inner)?,
            k: weights.pp("k").linear_no_bias(width, inner)?,
            v: weights.pp("v").linear_no_bias(width, inner)?,
            o: weights.pp("o").linear_no_bias(inner, width)?,
            heads: config.num_heads,
        })
    }

    /// Keys and values [R, heads, S, width of a head] of tokens [R, S, D].
    pub(super) fn keys_values(&self, source: &Tensor) -> Result<(Tensor, Tensor)> {
        let keys = split_heads(&self.k.forward(source)?, self.heads)?;
        Ok((keys, split_heads(&self.v.forward(source)?, self.heads)?))
    }

    /// x [R, T, D]; the bias is added to the scores [R, heads, T, S].
    pub(super) fn forward(&self, x: &Tensor, keys: &Tensor, values: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        let query = split_heads(&self.q.forward(x)?, self.heads)?;
        self.o.forward(&attend_scaled(&query, keys, values, 1.0, bias)?)
    }
}

/// Relative position bias: a value for each bucket of distances and each head, added to the scores.
pub(super) struct RelativePositions {
    /// [buckets, heads]
    table: Tensor,
    buckets: Buckets,
}

/// Distances, told apart the less the larger they are.
#[derive(Debug, Clone, Copy)]
struct Buckets {
    count: usize,
    max_distance: usize,
    /// Whether a token sees later ones too; half of the buckets are theirs.
    both_ways: bool,
}

impl RelativePositions {
    pub(super) fn load(config: &T5Config, both_ways: bool, weights: &Weights) -> Result<Self> {
        let count = config.relative_attention_num_buckets;
        if count < 4 || config.relative_attention_max_distance <= count {
            bail!(
                "{count} buckets for distances up to {}",
                config.relative_attention_max_distance
            );
        }
        Ok(Self {
            table: weights.tensor("relative_attention_bias.weight", &[count, config.num_heads])?,
            buckets: Buckets {
                count,
                max_distance: config.relative_attention_max_distance,
                both_ways,
            },
        })
    }

    /// [1, heads, tokens, past + tokens], for tokens that stand behind `past` others.
    pub(super) fn bias(&self, tokens: usize, past: usize, device: &Device) -> Result<Tensor> {
        let row = |i: usize| (0..past + tokens).map(move |j| self.buckets.of(past + i, j));
        let ids: Vec<u32> = (0..tokens).flat_map(row).collect();
        let heads = self.table.dim(1)?;
        self.table
            .index_select(&Tensor::new(ids, device)?, 0)?
            .reshape((tokens, past + tokens, heads))?
            .permute((2, 0, 1))?
            .unsqueeze(0)
    }
}

impl Buckets {
    /// The bucket of the distance from the token at `from` to that at `to`.
    fn of(self, from: usize, to: usize) -> u32 {
        let count = if self.both_ways { self.count / 2 } else { self.count };
        let first = if self.both_ways && to > from { count } else { 0 };
        let distance = if self.both_ways {
            from.abs_diff(to)
        } else {
            from.saturating_sub(to)
        };
        let exact = count / 2;
        if distance < exact {
            return (first + distance) as u32;
        }
        // In f32 and in this order, as the reference rounds.
        let times = (distance as f32 / exact as f32).ln();
        let most = (self.max_distance as f64 / exact as f64).ln() as f32;
        let step = (times / most * (count - exact) as f32) as usize;
        (first + (exact + step).min(count - 1)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the reference with Flan-T5's sizes: where each bucket begins.
    #[test]
    fn distances_fall_into_the_buckets_of_the_reference() {
        let begins = |both_ways: bool, of: &dyn Fn(Buckets, usize) -> u32| {
            let buckets = Buckets {
                count: 32,
                max_distance: 128,
                both_ways,
            };
            let mut begins = vec![0];
            for distance in 1..200 {
                if of(buckets, distance) != of(buckets, distance - 1) {
                    begins.push(distance);
                }
            }
            begins
        };
        let back = |buckets: Buckets, distance| buckets.of(500, 500 - distance);
        let ahead = |buckets: Buckets, distance| buckets.of(500, 500 + distance);
        let both = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91];
        assert_eq!(begins(true, &back), both);
        assert_eq!(begins(true, &ahead), both);
        let one = [
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77,
            87, 99, 113,
        ];
        assert_eq!(begins(false, &back), one);
        assert_eq!(begins(false, &ahead), [0]);
    }
}
