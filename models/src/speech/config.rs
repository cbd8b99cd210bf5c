//! Sizes of a Whisper model.

use serde::Deserialize;

/// Sizes, named as in the hub's `config.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WhisperConfig {
    /// Width D.
    pub d_model: usize,
    /// Number of encoder layers.
    pub encoder_layers: usize,
    /// Attention heads of the encoder, each D / heads wide.
    pub encoder_attention_heads: usize,
    /// Width of the encoder's feed-forward layers.
    pub encoder_ffn_dim: usize,
    /// Number of decoder layers.
    pub decoder_layers: usize,
    /// Attention heads of the decoder, each D / heads wide.
    pub decoder_attention_heads: usize,
    /// Width of the decoder's feed-forward layers.
    pub decoder_ffn_dim: usize,
    /// Vocabulary V, timestamps included.
    pub vocab_size: usize,
    /// Mel bands of the spectrogram.
    pub num_mel_bins: usize,
    /// Half the frames of the longest spectrogram.
    pub max_source_positions: usize,
    /// Longest text in tokens, prompt included.
    pub max_target_positions: usize,
}
