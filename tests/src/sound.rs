//! Analyses recordings of the speaker.

#![allow(clippy::unwrap_used)]

use std::path::Path;

/// Root mean square (of 16-bit samples) above which a window of 1/100 s counts as sound.
const LOUD: f64 = 300.0;

/// Share of the power at one frequency above which a window of 1/50 s counts as a tone.
const PURE: f64 = 0.8;

fn samples(wav: &Path) -> (Vec<f64>, usize) {
    let mut reader = hound::WavReader::open(wav).unwrap();
    let rate = reader.spec().sample_rate as usize;
    let samples = reader.samples::<i16>();
    (samples.map(|sample| f64::from(sample.unwrap())).collect(), rate)
}

/// The given frequencies that were played as tones, in order of time. Successive tones of one frequency count once.
pub fn tones(wav: &Path, frequencies: &[u32]) -> Vec<u32> {
    let (samples, rate) = samples(wav);
    let size = rate / 50;
    // Goertzel's algorithm in its plain form.
    let part = |window: &[f64], frequency: u32| {
        let turn = std::f64::consts::TAU * f64::from(frequency) / rate as f64;
        let (re, im) = window.iter().enumerate().fold((0.0, 0.0), |(re, im), (i, sample)| {
            let angle = turn * i as f64;
            (re + sample * angle.cos(), im + sample * angle.sin())
        });
        let power = window.iter().map(|sample| sample * sample).sum::<f64>();
        2.0 * (re * re + im * im) / (power * window.len() as f64)
    };
    let is_loud = |window: &[f64]| window.iter().map(|s| s * s).sum::<f64>() / window.len() as f64 > LOUD * LOUD;
    let windows = samples.windows(size).step_by(size / 2).filter(|window| is_loud(window));
    let tone = |window: &[f64]| {
        frequencies
            .iter()
            .copied()
            .find(|&frequency| part(window, frequency) > PURE)
    };
    let mut tones: Vec<u32> = windows.filter_map(tone).collect();
    tones.dedup();
    tones
}

/// Returns the seconds of sound (silence not counted), and the seconds of silence at the end.
pub fn loudness(wav: &Path) -> (f64, f64) {
    let (samples, rate) = samples(wav);
    let is_loud = |window: &[f64]| (window.iter().map(|s| s * s).sum::<f64>() / window.len() as f64).sqrt() > LOUD;
    let windows: Vec<bool> = samples.chunks(rate / 100).map(is_loud).collect();
    let loud = windows.iter().filter(|loud| **loud).count();
    let quiet_after = windows.iter().rev().take_while(|loud| !**loud).count();
    (loud as f64 / 100.0, quiet_after as f64 / 100.0)
}
