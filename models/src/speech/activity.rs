//! Voice activity detection: whether somebody speaks, and when they have ended. Samples come as they are recorded; time
//! is counted in samples.

use std::collections::VecDeque;

use earshot::Detector;

use super::mel::RATE;

/// Samples of a frame: 16 ms.
const FRAME: usize = 256;
/// Score from which a frame is almost certainly a voice. Noise never reaches it; a tone may.
const VOICE: f32 = 0.7;
/// Score from which a frame may belong to speech that has begun.
const STILL_VOICE: f32 = 0.5;
/// Decibels by which a voice is louder than the quietest of the last frames; a hum or a held note is not.
const ABOVE_FLOOR: f32 = 6.0;
/// Number of last frames among which the quietest is sought: 1.5 s, in which speech always has a gap.
const FLOOR_FRAMES: usize = frames(1500);
/// Lowest level, in decibels below the loudest possible; quieter sound is raised to it.
const QUIETEST: f32 = -60.0;
/// Speech has begun when `BEGIN` of the latest `BEGIN_AMONG` frames are a voice; a knock is shorter.
const BEGIN: usize = frames(100);
const BEGIN_AMONG: usize = frames(250);
/// Number of frames without a voice that end speech.
const END: usize = frames(700);
/// Number of frames without speech after which waiting ends.
const PATIENCE: usize = frames(6000);

/// Least number of frames for calling a microphone muted: in a quiet room even a good one may give nothing for a
/// shorter time.
const MUTED: usize = frames(1000);

/// Number of frames in some milliseconds.
const fn frames(milliseconds: usize) -> usize {
    milliseconds * RATE / 1000 / FRAME
}

/// State of a recording so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Nobody has spoken yet.
    Waiting,
    /// Somebody speaks, or draws breath.
    Speaking,
    /// Somebody spoke, and has been quiet for 0.7 s.
    Ended,
    /// Nobody spoke for 6 s.
    Nothing,
    /// Nobody spoke for 6 s and there was hardly a sound: the microphone is muted or far away.
    TooQuiet,
}

/// Detects speech in a recording, with the small network of the crate `earshot` and an adaptive noise floor.
pub struct Listener {
    detector: Box<Detector>,
    /// Samples that do not fill a frame yet.
    rest: Vec<f32>,
    /// Loudness of the latest frames in decibels.
    levels: VecDeque<f32>,
    /// True for each of the latest frames that was a voice.
    voices: VecDeque<bool>,
    loudest: f32,
    heard: usize,
    quiet: usize,
    activity: Activity,
}

impl Default for Listener {
    fn default() -> Self {
        Self {
            detector: Box::default(),
            rest: Vec::new(),
            levels: VecDeque::new(),
            voices: VecDeque::new(),
            loudest: QUIETEST,
            heard: 0,
            quiet: 0,
            activity: Activity::Waiting,
        }
    }
}

impl Listener {
    /// The loudest 16 ms so far in decibels, from -60 to 0 for the loudest square wave.
    #[must_use]
    pub fn loudest(&self) -> f32 {
        self.loudest
    }

    /// True if there was hardly a sound for a second or longer: the microphone is muted or far away.
    #[must_use]
    pub fn seems_muted(&self) -> bool {
        self.heard >= MUTED && self.loudest <= QUIETEST + ABOVE_FLOOR
    }

    /// Takes the next samples (16 kHz, mono, -1 to 1), however many. Once speech has ended or waiting is over, the
    /// result stays the same.
    pub fn hear(&mut self, samples: &[f32]) -> Activity {
        self.rest.extend(samples);
        let rest = std::mem::take(&mut self.rest);
        let (whole, rest) = rest.split_at(rest.len() - rest.len() % FRAME);
        for frame in whole.chunks_exact(FRAME) {
            self.frame(frame);
        }
        self.rest = rest.to_vec();
        self.activity
    }

    fn frame(&mut self, frame: &[f32]) {
        let level = level(frame);
        let score = self.detector.predict_f32(frame);
        remember(&mut self.levels, level, FLOOR_FRAMES);
        let floor = self.levels.iter().copied().fold(0.0, f32::min);
        let above = level > floor + ABOVE_FLOOR;
        remember(&mut self.voices, above && score >= VOICE, BEGIN_AMONG);
        self.heard += 1;
        self.loudest = self.loudest.max(level);
        self.quiet = if above && score >= STILL_VOICE {
            0
        } else {
            self.quiet + 1
        };
        match self.activity {
            Activity::Waiting if self.voices.iter().filter(|voice| **voice).count() >= BEGIN => {
                self.activity = Activity::Speaking;
            }
            Activity::Waiting if self.heard >= PATIENCE => {
                self.activity = if self.seems_muted() {
                    Activity::TooQuiet
                } else {
                    Activity::Nothing
                };
            }
            Activity::Speaking if self.quiet >= END => self.activity = Activity::Ended,
            _ => {}
        }
    }
}

/// True if somebody speaks anywhere in `samples` (16 kHz, mono, -1 to 1).
#[must_use]
pub fn has_speech(samples: &[f32]) -> bool {
    // One listener would stop waiting in a long silence, so each part has its own; parts overlap because a new one has
    // to get used to the noise.
    let overlap = FLOOR_FRAMES * FRAME;
    let step = (PATIENCE - 1) * FRAME - overlap;
    (0..samples.len()).step_by(step).any(|start| {
        let end = samples.len().min(start + step + overlap);
        let activity = Listener::default().hear(&samples[start..end]);
        matches!(activity, Activity::Speaking | Activity::Ended)
    })
}

/// Root mean square in decibels, 0 for the loudest square wave.
fn level(frame: &[f32]) -> f32 {
    let power = frame.iter().map(|sample| sample * sample).sum::<f32>() / frame.len() as f32;
    (10.0 * power.log10()).max(QUIETEST)
}

fn remember<T>(latest: &mut VecDeque<T>, value: T, most: usize) {
    if latest.len() == most {
        latest.pop_front();
    }
    latest.push_back(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "What does the sign say?", spoken by espeak-ng, 1.4 s.
    fn question() -> Vec<f32> {
        let wav = include_bytes!("../../tests/golden/question.wav");
        let samples = wav[44..].chunks_exact(2);
        samples
            .map(|sample| f32::from(i16::from_le_bytes([sample[0], sample[1]])) / 32768.0)
            .collect()
    }

    fn noise(seconds: f32, loudness: f32) -> Vec<f32> {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..(seconds * RATE as f32) as usize)
            .map(|_| next() * loudness)
            .collect()
    }

    fn wave(seconds: f32, of: impl Fn(f32) -> f32) -> Vec<f32> {
        let count = (seconds * RATE as f32) as usize;
        (0..count).map(|sample| of(sample as f32 / RATE as f32)).collect()
    }

    /// Each activity with the second in which it began.
    fn story(samples: &[f32], at_once: usize) -> Vec<(f32, Activity)> {
        let (mut listener, mut story) = (Listener::default(), vec![(0.0, Activity::Waiting)]);
        for (index, part) in samples.chunks(at_once).enumerate() {
            let activity = listener.hear(part);
            if story.last().is_none_or(|last| last.1 != activity) {
                story.push((((index + 1) * at_once) as f32 / RATE as f32, activity));
            }
        }
        story
    }

    #[test]
    fn a_question_begins_and_ends_in_quiet_in_noise_and_when_it_is_soft() {
        for (loudness, background) in [(1.0, 0.0), (1.0, 0.01), (0.1, 0.0005), (0.03, 0.0)] {
            let spoken: Vec<f32> = question().iter().map(|sample| sample * loudness).collect();
            let length = spoken.len() as f32 / RATE as f32;
            let mut samples = [vec![0.0; RATE], spoken, vec![0.0; 2 * RATE]].concat();
            for (sample, noise) in samples.iter_mut().zip(noise(5.0, background)) {
                *sample += noise;
            }
            for at_once in [160, 256, 1000] {
                let story = story(&samples, at_once);
                let activities: Vec<Activity> = story.iter().map(|(_, activity)| *activity).collect();
                assert_eq!(
                    activities,
                    [Activity::Waiting, Activity::Speaking, Activity::Ended],
                    "{loudness} {background}"
                );
                assert!((1.0..2.0).contains(&story[1].0), "{story:?}");
                let since = story[2].0 - 1.0 - length;
                // The recording itself ends with 0.3 s of quiet, and a soft word fades earlier.
                assert!((0.1..1.1).contains(&since), "ended {since} s after the recording");
            }
            assert!(has_speech(&samples));
        }
    }

    #[test]
    fn a_question_is_found_after_a_long_silence() {
        assert!(has_speech(&[vec![0.0; 17 * RATE], question()].concat()));
        assert!(!has_speech(&noise(30.0, 0.05)) && !has_speech(&[]));
    }

    #[test]
    fn what_is_no_voice_is_waited_through() {
        use std::f32::consts::TAU;
        let hum = |hertz: f32| {
            wave(7.0, move |time| {
                0.1 * ((TAU * hertz * time).sin() + 0.5 * (TAU * 3.0 * hertz * time).sin())
            })
        };
        let knocks = wave(7.0, |time| {
            if time.fract() < 0.03 {
                0.5 * (TAU * 180.0 * time).sin()
            } else {
                0.0
            }
        });
        let rooms = [
            noise(7.0, 0.02),
            noise(7.0, 0.3),
            hum(50.0),
            hum(100.0),
            hum(440.0),
            knocks,
        ];
        for (room, samples) in rooms.iter().enumerate() {
            let story = story(samples, 512);
            assert_eq!(story.len(), 2, "room {room}: {story:?}");
            assert_eq!(story[1].1, Activity::Nothing, "room {room}");
            assert!((5.9..6.1).contains(&story[1].0), "room {room}");
        }
    }

    #[test]
    fn the_loudest_moment_follows_the_loudness_of_the_voice() {
        let loudest = |loudness: f32| {
            let mut listener = Listener::default();
            let spoken: Vec<f32> = question().iter().map(|sample| sample * loudness).collect();
            listener.hear(&spoken);
            listener.loudest()
        };
        assert!((-20.0..-10.0).contains(&loudest(1.0)), "{}", loudest(1.0));
        assert!((loudest(1.0) - loudest(0.1) - 20.0).abs() < 0.1);
        assert!((loudest(0.0) - QUIETEST).abs() < 0.1);
    }

    #[test]
    fn a_muted_microphone_is_told_from_a_quiet_room() {
        assert_eq!(story(&vec![0.0; 7 * RATE], 512)[1].1, Activity::TooQuiet);
        assert_eq!(story(&noise(7.0, 0.0003), 512)[1].1, Activity::TooQuiet);
        assert_eq!(story(&noise(7.0, 0.02), 512)[1].1, Activity::Nothing);
    }
}
