//! Whisper's input: a log-mel spectrogram, equal to `transformers` `WhisperFeatureExtractor` to 1e-4.

use std::f64::consts::TAU;

use candle_core::{Device, Result, Tensor};

/// Sampling rate in Hz.
pub const RATE: usize = 16_000;
/// Samples between the centres of two frames: 10 ms.
pub(super) const HOP: usize = 160;
/// Samples in a frame: 25 ms.
const WINDOW: usize = 400;
/// Frequencies of a frame, 0 to 8000 Hz.
const BINS: usize = WINDOW / 2 + 1;
/// Least energy of a band; lower ones are raised to it.
const SILENCE: f64 = 1e-10;
/// Range of the spectrogram in powers of ten: values further below the loudest are raised to it.
const RANGE: f64 = 8.0;

/// Turns sound into spectrograms.
pub struct LogMel {
    /// [WINDOW, 2 BINS]: cosines and sines under a Hann window. For few frames a matrix is as fast as an FFT.
    fourier: Tensor,
    /// The mel filters, [BINS, mels].
    filters: Tensor,
    mels: usize,
}

impl LogMel {
    /// Prepares spectrograms of `mels` bands, 80 or 128.
    pub fn new(mels: usize) -> Result<Self> {
        let wave = |sample: usize, column: usize| {
            let hann = 0.5 - 0.5 * (TAU * sample as f64 / WINDOW as f64).cos();
            let angle = TAU * (sample * (column % BINS) % WINDOW) as f64 / WINDOW as f64;
            hann * if column < BINS { angle.cos() } else { angle.sin() }
        };
        let fourier = (0..WINDOW).flat_map(|sample| (0..2 * BINS).map(move |column| wave(sample, column)));
        Ok(Self {
            fourier: Tensor::from_iter(fourier, &Device::Cpu)?.reshape((WINDOW, 2 * BINS))?,
            filters: filters(mels)?,
            mels,
        })
    }

    /// The spectrogram [1, mels, frames] of `samples` (16 kHz, mono, -1 to 1), padded with silence or cut to `frames`
    /// of 10 ms. Values are about -1 to 2.
    pub fn spectrogram(&self, samples: &[f32], frames: usize) -> Result<Tensor> {
        let samples = &samples[..samples.len().min(frames * HOP)];
        // All later frames lie in the silence behind the sound.
        let sounding = frames.min(samples.len().div_ceil(HOP) + 2);
        let sample = |frame: usize, offset: usize| sample_at(samples, frame * HOP + offset, frames * HOP);
        let windows = (0..sounding).flat_map(|frame| (0..WINDOW).map(move |offset| sample(frame, offset)));
        let waves = Tensor::from_iter(windows, &Device::Cpu)?
            .reshape((sounding, WINDOW))?
            .matmul(&self.fourier)?;
        let power = (waves.narrow(1, 0, BINS)?.sqr()? + waves.narrow(1, BINS, BINS)?.sqr()?)?;
        let energies = power.matmul(&self.filters)?.to_vec2::<f64>()?;

        let mut logs = vec![SILENCE.log10(); self.mels * frames];
        for (frame, bands) in energies.iter().enumerate() {
            for (band, energy) in bands.iter().enumerate() {
                logs[band * frames + frame] = energy.max(SILENCE).log10();
            }
        }
        let loudest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let values = logs.iter().map(|log| ((log.max(loudest - RANGE) + 4.0) / 4.0) as f32);
        Tensor::from_iter(values, &Device::Cpu)?.reshape((1, self.mels, frames))
    }
}

/// A sample of the sound padded on either side with half a window of its mirror image; `place` counts from the start of
/// the padding.
fn sample_at(samples: &[f32], place: usize, length: usize) -> f64 {
    let from_start = place.abs_diff(WINDOW / 2);
    let index = if place >= length + WINDOW / 2 {
        2 * (length - 1) - from_start
    } else {
        from_start
    };
    samples.get(index).copied().map_or(0.0, f64::from)
}

/// Mel filters [BINS, mels]: triangles over the frequencies, evenly spaced in mel, each of the same area (Slaney's).
fn filters(mels: usize) -> Result<Tensor> {
    let highest = mel(RATE as f64 / 2.0);
    let corners: Vec<f64> = (0..mels + 2)
        .map(|corner| hertz(highest * corner as f64 / (mels + 1) as f64))
        .collect();
    let weight = |bin: usize, band: usize| {
        let frequency = bin as f64 * RATE as f64 / WINDOW as f64;
        let (low, middle, high) = (corners[band], corners[band + 1], corners[band + 2]);
        let rise = (frequency - low) / (middle - low);
        let fall = (high - frequency) / (high - middle);
        rise.min(fall).max(0.0) * 2.0 / (high - low)
    };
    let weights = (0..BINS).flat_map(|bin| (0..mels).map(move |band| (bin, band)));
    Tensor::from_iter(weights.map(|(bin, band)| weight(bin, band)), &Device::Cpu)?.reshape((BINS, mels))
}

/// Hertz to mel on Slaney's scale: linear up to 1000 Hz, which is mel 15, logarithmic above.
fn mel(hertz: f64) -> f64 {
    if hertz < 1000.0 {
        hertz * 3.0 / 200.0
    } else {
        15.0 + (hertz / 1000.0).ln() * 27.0 / 6.4_f64.ln()
    }
}

fn hertz(mel: f64) -> f64 {
    if mel < 15.0 {
        mel * 200.0 / 3.0
    } else {
        1000.0 * ((mel - 15.0) * 6.4_f64.ln() / 27.0).exp()
    }
}
