//! The vision transformer (Dosovitskiy et al., 2020) of BLIP and BLIP-2: pre-norm, erf GELU, one class token.
//!
//! Arithmetic and names as `transformers` `BlipVisionModel` and `Blip2VisionModel`. Shapes: P patches, W width.

use candle_core::{Result, Tensor, bail};
use candle_nn::Module;
use serde::Deserialize;

use crate::weights::checkpoint::Weights;
use eyebright_kernels::activations::{LayerNorm, gelu};
use eyebright_kernels::attention::{attend, split_heads};
use eyebright_kernels::linear::{Linear, Matrix};

/// Sizes, named as in `config.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct VitConfig {
    /// Width W.
    pub hidden_size: usize,
    /// Width of the feed-forward parts.
    pub intermediate_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Heads of W / heads each.
    pub num_attention_heads: usize,
    /// Sides of the pictures, in pixels.
    pub image_size: usize,
    /// Sides of a patch, in pixels.
    pub patch_size: usize,
    /// Layer norm epsilon.
    pub layer_norm_eps: f64,
}

/// The encoder.
pub struct Vit {
    class_embedding: Tensor,
    position_embedding: Tensor,
    patch_embedding: Linear,
    layers: Vec<Block>,
    post_layernorm: LayerNorm,
    patch_size: usize,
    image_size: usize,
}

impl Vit {
    /// Loads `embeddings.*`, `encoder.layers.*` and `post_layernorm`.
    pub fn load(config: &VitConfig, weights: &Weights) -> Result<Self> {
        let (width, patch) = (config.hidden_size, config.patch_size);
        if patch == 0 || !config.image_size.is_multiple_of(patch) {
            bail!(
                "pictures of {} pixels are not whole patches of {patch}",
                config.image_size
            );
        }
        if config.num_attention_heads == 0 || !width.is_multiple_of(config.num_attention_heads) {
            bail!(
                "a width of {width} does not divide into {} heads",
                config.num_attention_heads
            );
        }
        let embeddings = weights.pp("embeddings");
        let positions = (config.image_size / patch).pow(2) + 1;
        // A convolution whose windows do not overlap is a matrix product with each of them.
        let kernel = embeddings.tensor("patch_embedding.weight", &[width, 3, patch, patch])?;
        let kernel = Matrix::dense(kernel.flatten_from(1)?.contiguous()?)?;
        let layer = |index| Block::load(config, &weights.pp("encoder.layers").pp(index));
        Ok(Self {
            class_embedding: embeddings.tensor("class_embedding", &[1, 1, width])?,
            position_embedding: embeddings.tensor("position_embedding", &[1, positions, width])?,
            patch_embedding: Linear::new(kernel, Some(embeddings.tensor("patch_embedding.bias", &[width])?)),
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_>>()?,
            post_layernorm: weights.pp("post_layernorm").layer_norm(width, config.layer_norm_eps)?,
            patch_size: patch,
            image_size: config.image_size,
        })
    }

    /// Normalised pixels [1, 3, S, S] to tokens [1, 1 + P, W]; the first is the class token.
    pub fn forward(&self, pixels: &Tensor) -> Result<Tensor> {
        let patches = self.patch_embedding.forward(&self.patches(pixels)?)?;
        let tokens = Tensor::cat(&[&self.class_embedding, &patches], 1)?;
        let mut x = (tokens + &self.position_embedding)?;
        for layer in &self.layers {
            x = layer.forward(&x)?;
        }
        self.post_layernorm.forward(&x)
    }

    /// [1, 3, S, S] -> [1, P, 3 * patch * patch], row by row.
    fn patches(&self, pixels: &Tensor) -> Result<Tensor> {
        let (_, channels, height, width) = pixels.dims4()?;
        if (height, width) != (self.image_size, self.image_size) {
            bail!(
                "the encoder reads {0} x {0} pixels, not {width} x {height}",
                self.image_size
            );
        }
        let (side, patch) = (self.image_size / self.patch_size, self.patch_size);
        pixels
            .reshape(&[channels, side, patch, side, patch])?
            .permute([1, 3, 0, 2, 4])?
            .reshape((1, side * side, channels * patch * patch))
    }
}

struct Block {
    layer_norm1: LayerNorm,
    qkv: Linear,
    projection: Linear,
    layer_norm2: LayerNorm,
    fc1: Linear,
    fc2: Linear,
    heads: usize,
}

impl Block {
    fn load(config: &VitConfig, weights: &Weights) -> Result<Self> {
        let (width, hidden, epsilon) = (config.hidden_size, config.intermediate_size, config.layer_norm_eps);
        Ok(Self {
            layer_norm1: weights.pp("layer_norm1").layer_norm(width, epsilon)?,
            qkv: weights.pp("self_attn.qkv").linear(width, 3 * width)?,
            projection: weights.pp("self_attn.projection").linear(width, width)?,
            layer_norm2: weights.pp("layer_norm2").layer_norm(width, epsilon)?,
            fc1: weights.pp("mlp.fc1").linear(width, hidden)?,
            fc2: weights.pp("mlp.fc2").linear(hidden, width)?,
            heads: config.num_attention_heads,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let width = x.dim(2)?;
        let qkv = self.qkv.forward(&self.layer_norm1.forward(x)?)?;
        let part = |index: usize| split_heads(&qkv.narrow(2, index * width, width)?, self.heads);
        let x = (x + self
            .projection
            .forward(&attend(&part(0)?, &part(1)?, &part(2)?, None)?)?)?;
        let y = gelu(self.fc1.forward(&self.layer_norm2.forward(&x)?)?)?;
        x + self.fc2.forward(&y)?
    }
}
