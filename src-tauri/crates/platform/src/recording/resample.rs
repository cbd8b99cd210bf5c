//! Resamples sound of any rate to the 16 kHz of the speech engine.

use std::f64::consts::PI;

use eyebright_models::speech::RATE;

/// Zero crossings of the filter on either side.
const CROSSINGS: f64 = 16.0;
/// Cutoff of the filter as a part of half the lower rate; below 1, so that it has room to fall.
const ROLL_OFF: f64 = 0.92;

/// A band-limited interpolator (a sinc under a Hann window) that is fed piece by piece.
pub struct Resampler {
    /// Input samples for each output sample.
    step: f64,
    /// Where the next output sample lies in `held`.
    position: f64,
    held: Vec<f32>,
}

impl Resampler {
    /// A resampler from `rate` in Hz to 16 kHz.
    pub fn new(rate: u32) -> Self {
        let step = f64::from(rate) / RATE as f64;
        let reach = reach(step);
        Self {
            step,
            position: reach as f64,
            held: vec![0.0; reach],
        }
    }

    /// Takes the next input samples and returns the output samples that they complete.
    pub fn feed(&mut self, samples: &[f32]) -> Vec<f32> {
        if self.step.to_bits() == 1.0_f64.to_bits() {
            return samples.to_vec();
        }
        self.held.extend(samples);
        let reach = reach(self.step);
        let mut output = Vec::new();
        while self.position as usize + reach < self.held.len() {
            output.push(self.at(self.position));
            self.position += self.step;
        }
        let done = (self.position as usize).saturating_sub(reach).min(self.held.len());
        self.held.drain(..done);
        self.position -= done as f64;
        output
    }

    /// Resamples a whole sound.
    pub fn whole(mut self, samples: &[f32]) -> Vec<f32> {
        let mut output = self.feed(samples);
        if self.step.to_bits() != 1.0_f64.to_bits() {
            output.extend(self.feed(&vec![0.0; reach(self.step)]));
        }
        output
    }

    fn at(&self, position: f64) -> f32 {
        let cutoff = ROLL_OFF / self.step.max(1.0);
        let reach = CROSSINGS / cutoff;
        let first = (position - reach).ceil().max(0.0) as usize;
        let last = ((position + reach) as usize).min(self.held.len() - 1);
        let taps = (first..=last).map(|index| {
            let away = index as f64 - position;
            let window = 0.5 + 0.5 * (PI * away / reach).cos();
            f64::from(self.held[index]) * cutoff * sinc(cutoff * away) * window
        });
        // The filter overshoots at an edge, but output must be -1 to 1.
        taps.sum::<f64>().clamp(-1.0, 1.0) as f32
    }
}

/// Samples on either side that an output sample may need.
fn reach(step: f64) -> usize {
    (CROSSINGS * step.max(1.0) / ROLL_OFF).ceil() as usize
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(rate: u32, hertz: f64) -> Vec<f32> {
        let sample = |i: u32| (2.0 * PI * hertz * f64::from(i) / f64::from(rate)).sin() as f32;
        (0..rate).map(sample).collect()
    }

    #[test]
    fn a_sound_as_loud_as_can_be_stays_in_range() {
        let square: Vec<f32> = (0..48_000).map(|i| if i / 60 % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let resampled = Resampler::new(48_000).whole(&square);
        assert!(resampled.iter().all(|sample| sample.abs() <= 1.0));
        assert!(resampled.iter().any(|sample| sample.abs() > 0.99));
    }

    #[test]
    fn a_tone_stays_what_it_is_at_any_rate() {
        for rate in [8000, 16_000, 22_050, 44_100, 48_000, 96_000] {
            let ours = Resampler::new(rate).whole(&wave(rate, 1000.0));
            assert!(ours.len().abs_diff(RATE) <= 2, "{rate}: {}", ours.len());
            let expected = wave(RATE as u32, 1000.0);
            let middle = 200..RATE - 200;
            let far = ours[middle.clone()].iter().zip(&expected[middle]);
            let far = far.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 0.01, "{rate}: {far}");
        }
    }

    #[test]
    fn what_16_khz_cannot_hold_is_left_out() {
        let ours = Resampler::new(48_000).whole(&wave(48_000, 11_000.0));
        assert!(ours[200..RATE - 200].iter().all(|sample| sample.abs() < 0.01));
    }

    #[test]
    fn pieces_give_what_the_whole_gives() {
        let sound = wave(44_100, 300.0);
        let whole = Resampler::new(44_100).feed(&sound);
        let mut resampler = Resampler::new(44_100);
        let pieces: Vec<f32> = sound.chunks(441).flat_map(|piece| resampler.feed(piece)).collect();
        assert_eq!(pieces.len(), whole.len());
        assert!(pieces.iter().zip(&whole).all(|(a, b)| (a - b).abs() < 1e-4));
    }
}
