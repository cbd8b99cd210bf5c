//! How the values of matrices are held.

use std::str::FromStr;

use candle_core::DType;
use candle_core::quantized::GgmlDType;

/// How the matrices of a model are held. Everything else, and all that is computed, is f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// As in the file.
    #[default]
    Stored,
    /// 32 bits.
    F32,
    /// IEEE half precision.
    F16,
    /// The upper half of f32.
    BF16,
    /// Blocks of 32 with 8 bits a value: 8.5 bits in all.
    Q8_0,
    /// Blocks of 256 with 6 bits a value: 6.56 bits in all.
    Q6K,
    /// Blocks of 256 with 4 bits a value: 4.5 bits in all.
    Q4K,
}

/// The form that a dense matrix is brought into.
pub(super) enum Form {
    Dense(DType),
    Quantized(GgmlDType),
}

impl Precision {
    /// The same, but with 8 bits instead of fewer.
    #[must_use]
    pub fn or_8_bits(self) -> Self {
        match self {
            Self::Q6K | Self::Q4K => Self::Q8_0,
            other => other,
        }
    }

    /// The form of a matrix that the file holds as `stored`.
    pub(super) fn form(self, stored: DType) -> Form {
        match self {
            Self::Stored => Form::Dense(stored),
            Self::F32 => Form::Dense(DType::F32),
            Self::F16 => Form::Dense(DType::F16),
            Self::BF16 => Form::Dense(DType::BF16),
            Self::Q8_0 => Form::Quantized(GgmlDType::Q8_0),
            Self::Q6K => Form::Quantized(GgmlDType::Q6K),
            Self::Q4K => Form::Quantized(GgmlDType::Q4K),
        }
    }
}

impl FromStr for Precision {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "f32" => Ok(Self::F32),
            "f16" => Ok(Self::F16),
            "bf16" => Ok(Self::BF16),
            "q8_0" => Ok(Self::Q8_0),
            "q6_k" => Ok(Self::Q6K),
            "q4_k" => Ok(Self::Q4K),
            _ => Err(format!("{name} is none of f32, f16, bf16, q8_0, q6_k and q4_k")),
        }
    }
}
