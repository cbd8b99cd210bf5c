//! Sound files: WAV of any rate, width and number of channels.

use std::path::Path;

use eyebright_domain::Fault;
use hound::{SampleFormat, WavReader};

use super::resample::Resampler;

/// Longest sound file in seconds: longer than any question and most memos. Beyond, memory would run out first.
const MOST_SECONDS: u32 = 3600;

/// Reads a file as 16 kHz, mono, -1 to 1.
pub fn read(path: &Path) -> Result<Vec<f32>, Fault> {
    let damaged = |error: hound::Error| match error {
        hound::Error::IoError(error) if !is_cut(&error) => Fault::unreadable(&error),
        _ => Fault::new("not_a_sound", "This is not a whole WAV file. Name another one."),
    };
    let mut reader = WavReader::open(path).map_err(damaged)?;
    let spec = reader.spec();
    if spec.channels == 0 || !(4000..=384_000).contains(&spec.sample_rate) {
        return Err(damaged(hound::Error::FormatError("no channels, or no usual rate")));
    }
    if reader.duration() / spec.sample_rate > MOST_SECONDS {
        let message = "The sound is longer than an hour. Cut it into shorter ones.";
        return Err(Fault::new("sound_too_long", message));
    }
    let samples: Result<Vec<f32>, hound::Error> = match spec.sample_format {
        SampleFormat::Float => reader.samples::<f32>().collect(),
        SampleFormat::Int => {
            let loudest = (1u64 << (spec.bits_per_sample - 1)) as f32;
            let samples = reader.samples::<i32>();
            samples.map(|sample| Ok(sample? as f32 / loudest)).collect()
        }
    };
    let mono = mono(&samples.map_err(damaged)?, spec.channels.into());
    Ok(Resampler::new(spec.sample_rate).whole(&mono))
}

/// True if the file ended too early, which hound reports as `Other`.
fn is_cut(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{Other, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | Other)
}

/// The mean of all channels.
pub fn mono(samples: &[f32], channels: usize) -> Vec<f32> {
    let mean = |frame: &[f32]| frame.iter().sum::<f32>() / channels as f32;
    samples.chunks_exact(channels).map(mean).collect()
}
