//! Recordings of what the speaker played.

#![allow(clippy::unwrap_used)]

use std::path::Path;

/// A window of a hundredth of a second is loud when its mean square root exceeds this.
const LOUD: f64 = 300.0;

/// Seconds of sound, silence left out, and seconds of silence at the end.
pub fn loudness(wav: &Path) -> (f64, f64) {
    let mut reader = hound::WavReader::open(wav).unwrap();
    let rate = reader.spec().sample_rate as usize;
    let samples: Vec<f64> = reader
        .samples::<i16>()
        .map(|sample| f64::from(sample.unwrap()))
        .collect();
    let is_loud = |window: &[f64]| (window.iter().map(|s| s * s).sum::<f64>() / window.len() as f64).sqrt() > LOUD;
    let windows: Vec<bool> = samples.chunks(rate / 100).map(is_loud).collect();
    let loud = windows.iter().filter(|loud| **loud).count();
    let quiet_after = windows.iter().rev().take_while(|loud| !**loud).count();
    (loud as f64 / 100.0, quiet_after as f64 / 100.0)
}
