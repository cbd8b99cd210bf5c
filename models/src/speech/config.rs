//! Sizes of a Whisper model.

use serde::Deserialize;

/// Sizes, named as in the hub's `config.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WhisperConfig {
    /// Width D.
    pub d_model: usize,
    /// Layers that hear.
    pub encoder_layers: usize,
    /// Heads of D / heads each.
    pub encoder_attention_heads: usize,
    /// Width of their feed-forward part.
    pub encoder_ffn_dim: usize,
    /// Layers that write.
    pub decoder_layers: usize,
    /// Heads of D / heads each.
    pub decoder_attention_heads: usize,
    /// Width of their feed-forward part.
    pub decoder_ffn_dim: usize,
    /// Vocabulary V, timestamps included.
    pub vocab_size: usize,
    /// Bands of the spectrogram.
    pub num_mel_bins: usize,
    /// Half the frames of the longest spectrogram.
    pub max_source_positions: usize,
    /// Longest text.
    pub max_target_positions: usize,
}
