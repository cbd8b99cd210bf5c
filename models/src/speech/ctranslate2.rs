//! Whisper as `CTranslate2` stores it (`model.bin`): named arrays behind a short header, no code. They become tensors with the hub's names.
//!
//! The format, all little-endian: version u32, the specification's name, its revision u32; a count u32 of variables,
//! each a name, rank u8, sizes u32, type u8, length in bytes u32, contents; a count u32 of aliases, each a name and the
//! name of its variable. A name is its length u16 and its bytes, the last of which is zero. Queries, keys and values
//! are stored as one matrix.

use std::collections::HashMap;

use candle_core::{Device, Tensor};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::config::WhisperConfig;
use crate::weights::tensors::expanded;

/// Version of the format, which `CTranslate2` has written since 2021.
const VERSION: u32 = 6;
const SPECIFICATION: &str = "WhisperSpec";
const REVISION: u32 = 3;
/// Name of each type and bytes of a value, indexed by the type's number.
const TYPES: [(&str, usize); 6] = [
    ("float32", 4),
    ("int8", 1),
    ("int16", 2),
    ("int32", 4),
    ("float16", 2),
    ("bfloat16", 2),
];
const FLOAT32: usize = 0;
const INT16: usize = 2;
const FLOAT16: usize = 4;

/// Reads the sizes, and all tensors as f32 with the hub's names. An error says what is wrong with the file.
pub(super) fn read(bytes: &[u8], device: &Device) -> Result<(WhisperConfig, HashMap<String, Tensor>), String> {
    let variables = variables(bytes)?;
    let config = config(&variables)?;
    let mut tensors = HashMap::new();
    for (name, variable) in &variables {
        // Settings of the converter have no sizes.
        if variable.sizes.is_empty() {
            continue;
        }
        let parts = hub_names(name).ok_or_else(|| format!("it has {name}, which Whisper has not"))?;
        let rows = variable.sizes[0];
        if !rows.is_multiple_of(parts.len()) {
            return Err(format!(
                "{name} has {rows} rows, which are not {} equal parts",
                parts.len()
            ));
        }
        let tensor = variable.tensor(name, device)?;
        let rows = rows / parts.len();
        for (index, part) in parts.into_iter().enumerate() {
            let tensor = tensor.narrow(0, index * rows, rows).and_then(|part| part.copy());
            tensors.insert(part, tensor.map_err(|error| format!("{name}: {error}"))?);
        }
    }
    Ok((config, tensors))
}

/// An array of the file.
struct Variable<'a> {
    sizes: Vec<usize>,
    kind: usize,
    bytes: &'a [u8],
}

impl Variable<'_> {
    fn tensor(&self, name: &str, device: &Device) -> Result<Tensor, String> {
        let kind = match self.kind {
            FLOAT32 => Dtype::F32,
            FLOAT16 => Dtype::F16,
            kind => return Err(format!("{name} is {}, not float16 or float32", TYPES[kind].0)),
        };
        let view = TensorView::new(kind, self.sizes.clone(), self.bytes).map_err(|error| format!("{name}: {error}"))?;
        expanded(&view, device).map_err(|error| format!("{name}: {error}"))
    }
}

fn variables(bytes: &[u8]) -> Result<HashMap<&str, Variable<'_>>, String> {
    let mut rest = Rest(bytes);
    let version = rest.u32()?;
    if version != VERSION {
        return Err(format!(
            "it is of version {version}, not {VERSION}, of CTranslate2's format"
        ));
    }
    let (name, revision) = (rest.name()?, rest.u32()?);
    if (name, revision) != (SPECIFICATION, REVISION) {
        return Err(format!("it holds {name} {revision}, not {SPECIFICATION} {REVISION}"));
    }
    let mut variables = HashMap::new();
    for _ in 0..rest.u32()? {
        let name = rest.name()?;
        let variable = rest.variable().map_err(|reason| format!("{name}: {reason}"))?;
        if variables.insert(name, variable).is_some() {
            return Err(format!("it has {name} twice"));
        }
    }
    // An alias of the embedding, which is tied anyway.
    for _ in 0..rest.u32()? {
        rest.name()?;
        rest.name()?;
    }
    match rest.0 {
        [] => Ok(variables),
        more => Err(format!("{} bytes follow its end", more.len())),
    }
}

/// The bytes that have not been read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or_else(|| format!("it ends where {count} more bytes should be"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u8(&mut self) -> Result<u8, String> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn u32(&mut self) -> Result<u32, String> {
        self.array().map(u32::from_le_bytes)
    }

    fn name(&mut self) -> Result<&'a str, String> {
        let length = self.array().map(u16::from_le_bytes)?;
        let bytes = self.take(length.into())?;
        let name = bytes.strip_suffix(&[0]).and_then(|name| std::str::from_utf8(name).ok());
        name.ok_or_else(|| "a name in it is no text".to_owned())
    }

    fn variable(&mut self) -> Result<Variable<'a>, String> {
        let rank = self.u8()?;
        let sizes = (0..rank)
            .map(|_| self.u32().map(|size| size as usize))
            .collect::<Result<Vec<_>, _>>()?;
        let kind = usize::from(self.u8()?);
        let length = self.u32()? as usize;
        let (_, width) = TYPES.get(kind).ok_or_else(|| format!("there is no type {kind}"))?;
        let expected = sizes
            .iter()
            .try_fold(*width, |product, &size| product.checked_mul(size));
        if expected != Some(length) {
            let kind = TYPES[kind].0;
            return Err(format!("{length} bytes came for the sizes {sizes:?} of {kind}"));
        }
        Ok(Variable {
            sizes,
            kind,
            bytes: self.take(length)?,
        })
    }
}

/// Infers the sizes from the arrays.
fn config(variables: &HashMap<&str, Variable>) -> Result<WhisperConfig, String> {
    let size = |name: &str, axis: usize| {
        let sizes = variables.get(name).map(|variable| &variable.sizes);
        let size = sizes.and_then(|sizes| sizes.get(axis)).copied();
        size.ok_or_else(|| format!("it lacks {name}, or a size of it"))
    };
    let heads = |side: &str| match variables.get(&*format!("{side}/num_heads")) {
        Some(&Variable {
            kind: INT16,
            bytes: &[low, high],
            ..
        }) => Ok(usize::from(u16::from_le_bytes([low, high]))),
        _ => Err(format!("it lacks {side}/num_heads")),
    };
    let layers = |side: &str| {
        let has = |layer: &usize| variables.contains_key(&*format!("{side}/layer_{layer}/ffn/linear_0/weight"));
        (0..variables.len()).take_while(has).count()
    };
    Ok(WhisperConfig {
        d_model: size("decoder/embeddings/weight", 1)?,
        encoder_layers: layers("encoder"),
        encoder_attention_heads: heads("encoder")?,
        encoder_ffn_dim: size("encoder/layer_0/ffn/linear_0/weight", 0)?,
        decoder_layers: layers("decoder"),
        decoder_attention_heads: heads("decoder")?,
        decoder_ffn_dim: size("decoder/layer_0/ffn/linear_0/weight", 0)?,
        vocab_size: size("decoder/embeddings/weight", 0)?,
        num_mel_bins: size("encoder/conv1/weight", 1)?,
        max_source_positions: size("encoder/position_encodings/encodings", 0)?,
        max_target_positions: size("decoder/position_encodings/encodings", 0)?,
    })
}

/// The hub's names for an array: one, or several where it stacks matrices on each other. `None` if Whisper has no such
/// array.
fn hub_names(name: &str) -> Option<Vec<String>> {
    let (side, rest) = name.split_once('/')?;
    let (path, end) = rest.rsplit_once('/')?;
    let end = match end {
        "gamma" | "encodings" => "weight",
        "beta" => "bias",
        end => end,
    };
    let (place, part) = match path.strip_prefix("layer_").and_then(|layer| layer.split_once('/')) {
        Some((layer, part)) => (format!("layers.{layer}."), part),
        None => (String::new(), path),
    };
    let parts: &[&str] = match part {
        "conv1" => &["conv1"],
        "conv2" => &["conv2"],
        "embeddings" => &["embed_tokens"],
        "position_encodings" => &["embed_positions"],
        "layer_norm" => &["layer_norm"],
        "self_attention/layer_norm" => &["self_attn_layer_norm"],
        "self_attention/linear_0" => &["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
        "self_attention/linear_1" => &["self_attn.out_proj"],
        "attention/layer_norm" => &["encoder_attn_layer_norm"],
        "attention/linear_0" => &["encoder_attn.q_proj"],
        "attention/linear_1" => &["encoder_attn.k_proj", "encoder_attn.v_proj"],
        "attention/linear_2" => &["encoder_attn.out_proj"],
        "ffn/layer_norm" => &["final_layer_norm"],
        "ffn/linear_0" => &["fc1"],
        "ffn/linear_1" => &["fc2"],
        _ => return None,
    };
    Some(
        parts
            .iter()
            .map(|part| format!("model.{side}.{place}{part}.{end}"))
            .collect(),
    )
}
