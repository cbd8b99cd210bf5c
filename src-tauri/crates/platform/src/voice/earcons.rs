//! Short sounds, made of sine waves, that tell at once that a key was taken, that something failed, that work goes on.

use std::f32::consts::TAU;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, FromSample, SampleFormat, SizedSample, Stream, StreamConfig};
use eyebright_domain::{Earcon, lock};

/// Idle time after which the stream is closed, because an open one keeps the sound device awake.
const KEEP_OPEN: Duration = Duration::from_secs(20);
/// Buffers that are played in a second.
const BUFFERS: u32 = 100;
/// Seconds over which tones swell and fade, so that they do not click.
const FADE: f32 = 0.006;
/// Seconds of silence between two earcons.
const GAP: f32 = 0.04;

/// Frequency in Hz (0: silence), length in seconds, loudness 0 to 1.
type Tone = (f32, f32, f32);

fn tones(earcon: Earcon) -> &'static [Tone] {
    match earcon {
        Earcon::Start => &[(880.0, 0.07, 0.3)],
        // Rising: speak now. Falling: recorded. Both are too short for the open microphone to take for a voice.
        Earcon::RecordingBegun => &[(660.0, 0.04, 0.25), (990.0, 0.05, 0.25)],
        Earcon::RecordingEnded => &[(990.0, 0.04, 0.25), (660.0, 0.05, 0.25)],
        // Twice the same tone: try again.
        Earcon::NothingHeard => &[(392.0, 0.08, 0.3), (0.0, 0.06, 0.0), (392.0, 0.08, 0.3)],
        // Louder and louder, as the person should speak.
        Earcon::TooQuiet => &[
            (523.0, 0.08, 0.08),
            (0.0, 0.04, 0.0),
            (523.0, 0.08, 0.18),
            (0.0, 0.04, 0.0),
            (523.0, 0.1, 0.38),
        ],
        Earcon::Failure => &[(330.0, 0.11, 0.35), (0.0, 0.03, 0.0), (220.0, 0.16, 0.35)],
        Earcon::Tick => &[(1200.0, 0.02, 0.08)],
        Earcon::Stop => &[(440.0, 0.05, 0.2)],
    }
}

/// The samples of an earcon, -1 to 1, one channel.
fn samples(earcon: Earcon, rate: f32) -> Vec<f32> {
    let tone = |&(frequency, seconds, loudness): &Tone| {
        let count = (seconds * rate) as usize;
        (0..count).map(move |i| {
            let (time, left) = (i as f32 / rate, (count - i) as f32 / rate);
            let fade = (time / FADE).min(left / FADE).min(1.0);
            (TAU * frequency * time).sin() * loudness * fade
        })
    };
    tones(earcon).iter().flat_map(tone).collect()
}

/// Plays earcons on a thread of its own: opening a sound device may take long.
pub struct Earcons(Sender<Earcon>);

impl Earcons {
    /// Starts the thread. It opens no device until there is something to play.
    pub fn start() -> Self {
        let (sender, inbox) = mpsc::channel();
        thread::spawn(move || run(&inbox));
        Self(sender)
    }

    /// Begins to play. Returns at once.
    pub fn play(&self, earcon: Earcon) {
        let _ = self.0.send(earcon);
    }
}

fn run(inbox: &Receiver<Earcon>) {
    let mut output: Option<Output> = None;
    loop {
        let earcon = match &output {
            None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(_) => inbox.recv_timeout(KEEP_OPEN),
        };
        match earcon {
            Ok(earcon) => {
                if output.as_ref().is_none_or(Output::is_broken) {
                    // A failure is not reported: without a sound device it could not be heard.
                    output = Output::open().ok();
                }
                if let Some(output) = &output {
                    output.play(earcon);
                }
            }
            Err(RecvTimeoutError::Timeout) => output = None,
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// The samples that the sound device still has to play.
#[derive(Default)]
struct Line {
    samples: Vec<f32>,
    next: usize,
    broken: bool,
}

impl Line {
    /// Adds an earcon. The answer to a key begins at once, in place of what was playing; other earcons wait until that
    /// has ended, because two cut tones would tell nothing.
    fn add(&mut self, earcon: Earcon, rate: f32) {
        let done = match earcon {
            Earcon::Start | Earcon::Stop => self.samples.len(),
            _ => self.next.min(self.samples.len()),
        };
        self.samples.drain(..done);
        self.next = 0;
        if !self.samples.is_empty() {
            self.samples.resize(self.samples.len() + (GAP * rate) as usize, 0.0);
        }
        self.samples.extend(samples(earcon, rate));
    }
}

struct Output {
    _stream: Stream,
    rate: f32,
    line: Arc<Mutex<Line>>,
}

impl Output {
    fn open() -> Result<Self, cpal::Error> {
        let device = cpal::default_host()
            .default_output_device()
            .ok_or(cpal::ErrorKind::DeviceNotAvailable)?;
        let supported = device.default_output_config()?;
        let mut config = supported.config();
        let rate = config.sample_rate as f32;
        let line = Arc::new(Mutex::new(Line::default()));
        let buffer = config.sample_rate / BUFFERS;
        let mut open = |buffer_size| {
            config.buffer_size = buffer_size;
            match supported.sample_format() {
                SampleFormat::I16 => stream::<i16>(&device, config, line.clone()),
                SampleFormat::I32 => stream::<i32>(&device, config, line.clone()),
                SampleFormat::U8 => stream::<u8>(&device, config, line.clone()),
                _ => stream::<f32>(&device, config, line.clone()),
            }
        };
        // The default buffer of PulseAudio lasts two seconds; some systems refuse a fixed size.
        let stream = open(BufferSize::Fixed(buffer)).or_else(|_| open(BufferSize::Default))?;
        stream.play()?;
        Ok(Self {
            _stream: stream,
            rate,
            line,
        })
    }

    fn play(&self, earcon: Earcon) {
        lock(&self.line).add(earcon, self.rate);
    }

    fn is_broken(&self) -> bool {
        lock(&self.line).broken
    }
}

fn stream<T: SizedSample + FromSample<f32>>(
    device: &cpal::Device,
    config: StreamConfig,
    line: Arc<Mutex<Line>>,
) -> Result<Stream, cpal::Error> {
    let channels = usize::from(config.channels);
    let failed = line.clone();
    device.build_output_stream(
        config,
        move |data: &mut [T], _: &_| {
            let mut line = lock(&line);
            for frame in data.chunks_mut(channels) {
                let sample = line.samples.get(line.next).copied().unwrap_or(0.0);
                line.next += 1;
                frame.fill(T::from_sample(sample));
            }
        },
        move |error| {
            let harmless = matches!(error.kind(), cpal::ErrorKind::Xrun | cpal::ErrorKind::RealtimeDenied);
            lock(&failed).broken |= !harmless;
        },
        None,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Earcon; 8] = [
        Earcon::Start,
        Earcon::RecordingBegun,
        Earcon::RecordingEnded,
        Earcon::NothingHeard,
        Earcon::TooQuiet,
        Earcon::Failure,
        Earcon::Tick,
        Earcon::Stop,
    ];

    #[test]
    fn a_key_is_answered_at_once_and_what_comes_of_it_waits() {
        let rate = 48_000.0;
        let (start, begun) = (samples(Earcon::Start, rate), samples(Earcon::RecordingBegun, rate));
        let mut line = Line::default();
        line.add(Earcon::Start, rate);
        line.next = 1_000;
        line.add(Earcon::RecordingBegun, rate);
        let gap = (GAP * rate) as usize;
        assert_eq!(line.samples[..start.len() - 1_000], start[1_000..]);
        assert_eq!(line.samples[start.len() - 1_000 + gap..], begun);
        line.add(Earcon::Stop, rate);
        assert_eq!((line.next, line.samples), (0, samples(Earcon::Stop, rate)));
        // An earcon that has ended is not waited for.
        let mut line = Line {
            next: 5_000,
            ..Line::default()
        };
        line.add(Earcon::Tick, rate);
        assert_eq!((line.next, line.samples), (0, samples(Earcon::Tick, rate)));
    }

    #[test]
    fn earcons_are_short_soft_and_differ() {
        let sounds: Vec<Vec<f32>> = ALL.iter().map(|&earcon| samples(earcon, 48_000.0)).collect();
        for (index, sound) in sounds.iter().enumerate() {
            assert!(sound.len() < 48_000 / 2);
            assert!(sound.iter().all(|sample| sample.abs() <= 0.4));
            assert!(sound[0].abs() < 0.01 && sound.last().unwrap().abs() < 0.02);
            assert!(sounds[..index].iter().all(|other| other != sound));
        }
    }
}
