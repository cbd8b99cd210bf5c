//! Doubling the size of a feature map.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// [H, W, C] to [2 H, 2 W, C] as `TensorFlow`'s old bilinear resizing does it (no half-pixel centres): even rows and
/// columns are those of the input, odd ones lie half way to the next, the last ones are repeated.
pub fn doubled(x: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op1_no_bwd(&Doubled)
}

struct Doubled;

impl CustomOp1 for Doubled {
    fn name(&self) -> &'static str {
        "doubled"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (height, width, channels) = layout.shape().dims3()?;
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("doubled: strided input")
        };
        let input = &storage.as_slice::<f32>()?[start..end];
        let mut output = vec![0f32; 4 * input.len()];
        output
            .par_chunks_mut((2 * width * channels).max(1))
            .enumerate()
            .for_each(|(y, row)| {
                let line = |y: usize| &input[y.min(height - 1) * width * channels..][..width * channels];
                let (upper, lower) = (line(y / 2), line(y.div_ceil(2)));
                for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
                    let (left, right) = (x / 2 * channels, x.div_ceil(2).min(width - 1) * channels);
                    let corners = [&upper[left..], &upper[right..], &lower[left..], &lower[right..]];
                    for (i, value) in pixel.iter_mut().enumerate() {
                        *value = corners.iter().map(|corner| corner[i]).sum::<f32>() / 4.0;
                    }
                }
            });
        Ok((CpuStorage::F32(output), (2 * height, 2 * width, channels).into()))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn odd_rows_and_columns_lie_half_way() {
        let x = Tensor::new(&[[[0f32], [2.0]], [[4.0], [6.0]]], &Device::Cpu).unwrap();
        let y: Vec<Vec<f32>> = doubled(&x).unwrap().squeeze(2).unwrap().to_vec2().unwrap();
        assert_eq!(
            y,
            [
                [0.0, 1.0, 2.0, 2.0],
                [2.0, 3.0, 4.0, 4.0],
                [4.0, 5.0, 6.0, 6.0],
                [4.0, 5.0, 6.0, 6.0]
            ]
        );
    }
}
