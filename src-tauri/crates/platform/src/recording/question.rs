//! One spoken question: recorded to its end, then transcribed.

use std::thread;
use std::time::Duration;

use eyebright_domain::{Fault, Recording, TOO_QUIET, Until};
use eyebright_models::Cancel;
use eyebright_models::speech::Activity;
use eyebright_models::speech::Listener;
use eyebright_models::speech::Outcome;
use eyebright_models::speech::RATE;
use eyebright_models::speech::Transcriber;
use eyebright_models::speech::Transcript;
use eyebright_models::speech::has_speech;

use super::microphone::Microphone;

/// Time between two checks whether to stop.
const LOOK: Duration = Duration::from_millis(50);
/// Checks in a row without sound (two seconds) after which the microphone counts as hanging or unplugged.
const DEAD: u32 = 40;
/// Longest recording in samples: the 30 seconds that Whisper takes at once. A question is shorter.
const LONGEST: usize = 30 * RATE;

/// About the level in decibels of a voice near a microphone that is turned up.
const NEAR: f32 = -15.0;
/// Level in decibels of a soft voice. If the loudest moment is below and the words are not understood, the microphone
/// is too quiet.
const SOFT: f32 = -36.0;

/// A recorded question.
#[derive(Debug, PartialEq)]
struct Recorded {
    samples: Vec<f32>,
    /// Level of its loudest moment, in decibels.
    loudest: f32,
}

/// Records a question and transcribes it with what `open` loads meanwhile. Polls `until` for when the recording ends.
/// Calls `tell` when the microphone is open, and when it is closed and somebody has spoken.
pub fn hear(
    microphone: Option<&str>,
    open: impl FnOnce() -> Result<Transcriber, Fault> + Send + 'static,
    until: &dyn Fn() -> Until,
    tell: &dyn Fn(Recording),
    cancel: &Cancel,
) -> Result<Transcript, Fault> {
    let mut microphone = Microphone::open(microphone)?;
    tell(Recording::Begun);
    // Loads while the person speaks.
    let transcriber = thread::spawn(open);
    let recorded = record(|| microphone.next(LOOK), until, cancel)?;
    drop(microphone);
    let Some(Recorded { samples, loudest }) = recorded else {
        return Ok(Transcript::default());
    };
    tell(Recording::Ended);
    let transcriber = transcriber.join().unwrap_or_else(|_| {
        Err(Fault::new(
            "model_failed",
            "The pack ears could not be loaded. Try again.",
        ))
    })?;
    let transcript = transcriber.transcribe(&samples, cancel, &mut |_| {})?;
    if transcript.outcome != Outcome::Speech && loudest < SOFT {
        return Err(too_quiet());
    }
    Ok(transcript)
}

/// Records until the end of the question; `None` if nobody spoke.
fn record(
    mut next: impl FnMut() -> Result<Option<Vec<f32>>, Fault>,
    until: &dyn Fn() -> Until,
    cancel: &Cancel,
) -> Result<Option<Recorded>, Fault> {
    let (mut listener, mut samples, mut empty) = (Listener::default(), Vec::new(), 0);
    let mut activity = Activity::Waiting;
    while samples.len() < LONGEST {
        cancel.check()?;
        let decided = !matches!(activity, Activity::Waiting | Activity::Speaking);
        match until() {
            Until::Now => break,
            Until::Silent if decided => break,
            Until::Silent | Until::Released => {}
        }
        let Some(piece) = next()? else {
            empty += 1;
            if empty == DEAD {
                let message = "The microphone gives no sound. Check that it is plugged in, then ask again.";
                return Err(Fault::new("microphone_silent", message));
            }
            continue;
        };
        empty = 0;
        samples.extend(&piece);
        activity = listener.hear(&piece);
    }
    let loudest = listener.loudest();
    // A key may be held for longer than the listener waits, or so briefly that it has not decided yet.
    if matches!(activity, Activity::Speaking | Activity::Ended) || has_speech(&samples) {
        return Ok(Some(Recorded { samples, loudest }));
    }
    if listener.seems_muted() || is_soft_voice(&samples, loudest) {
        return Err(too_quiet());
    }
    Ok(None)
}

/// True if the samples have speech only once they are amplified.
fn is_soft_voice(samples: &[f32], loudest: f32) -> bool {
    let gain = 10_f32.powf((NEAR - loudest) / 20.0);
    let louder = || {
        samples
            .iter()
            .map(|sample| (sample * gain).clamp(-1.0, 1.0))
            .collect::<Vec<_>>()
    };
    loudest < SOFT && has_speech(&louder())
}

fn too_quiet() -> Fault {
    let message =
        "The microphone is too quiet to hear you. Turn it up or unmute it, or speak nearer to it, then ask again.";
    Fault::new(TOO_QUIET, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "What does the sign say?"
    fn question() -> Vec<f32> {
        let wav = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../models/tests/golden/question.wav");
        crate::recording::wav::read(wav.as_ref()).unwrap()
    }

    fn recorded(sound: &[f32], cancel: &Cancel) -> Result<Option<Recorded>, Fault> {
        recorded_until(sound, &|| Until::Silent, cancel)
    }

    fn recorded_until(sound: &[f32], until: &dyn Fn() -> Until, cancel: &Cancel) -> Result<Option<Recorded>, Fault> {
        let mut pieces = sound.chunks(320);
        record(|| Ok(pieces.next().map(<[f32]>::to_vec)), until, cancel)
    }

    /// A key that is held for this many pieces of 20 ms, then released.
    fn held(pieces: u32) -> impl Fn() -> Until {
        let looks = std::cell::Cell::new(0);
        move || {
            looks.set(looks.get() + 1);
            if looks.get() <= pieces {
                Until::Released
            } else {
                Until::Now
            }
        }
    }

    #[test]
    fn a_held_key_bears_pauses_and_its_release_ends_at_once() {
        let pause = vec![0.0; 3 * RATE];
        let sound = [
            pause.clone(),
            question(),
            pause.clone(),
            question(),
            pause.clone(),
            pause,
        ]
        .concat();
        let seconds = (9 * RATE + 2 * question().len()) as u32 / RATE as u32;
        let recorded = recorded_until(&sound, &held(seconds * 50), &Cancel::default())
            .unwrap()
            .unwrap();
        assert_eq!(recorded.samples.len(), seconds as usize * RATE);
    }

    #[test]
    fn a_key_held_for_long_before_the_first_word_loses_nothing() {
        let sound = [vec![0.0; 8 * RATE], question(), vec![0.0; RATE]].concat();
        assert!(
            recorded_until(&sound, &held(50 * 10), &Cancel::default())
                .unwrap()
                .is_some()
        );
    }

    #[test]
    fn a_key_held_in_silence_hears_nobody() {
        let hiss: Vec<f32> = (0..3 * RATE)
            .map(|i| ((i * i * 31 + i * 17) % 2001) as f32 / 1e5 - 0.01)
            .collect();
        assert_eq!(recorded_until(&hiss, &held(100), &Cancel::default()), Ok(None));
        assert_eq!(recorded_until(&hiss, &held(0), &Cancel::default()), Ok(None));
        let muted = vec![0.0; 3 * RATE];
        assert_eq!(
            recorded_until(&muted, &held(100), &Cancel::default()).unwrap_err().code,
            TOO_QUIET
        );
    }

    fn samples(sound: &[f32]) -> Vec<f32> {
        recorded(sound, &Cancel::default()).unwrap().unwrap().samples
    }

    #[test]
    fn a_question_is_recorded_to_its_end() {
        let question = question();
        let sound = [vec![0.0; RATE], question.clone(), vec![0.0; 3 * RATE]].concat();
        let samples = samples(&sound);
        assert!(samples.starts_with(&sound[..RATE + question.len()]));
        assert!(
            samples.len() < sound.len() - RATE,
            "the silence behind it is not waited for"
        );
    }

    #[test]
    fn silence_a_soft_voice_a_muted_and_a_dead_microphone_are_told_apart() {
        let none = Cancel::default();
        let hiss: Vec<f32> = (0..8 * RATE)
            .map(|i| ((i * i * 31 + i * 17) % 2001) as f32 / 1e5 - 0.01)
            .collect();
        assert_eq!(recorded(&hiss, &none), Ok(None));
        assert_eq!(recorded(&vec![0.0; 8 * RATE], &none).unwrap_err().code, TOO_QUIET);
        let soft = [vec![0.0; RATE], question(), vec![0.0; 6 * RATE]].concat();
        let soft: Vec<f32> = soft
            .iter()
            .zip(&hiss)
            .map(|(voice, hiss)| 0.01 * voice + 0.01 * hiss)
            .collect();
        assert_eq!(recorded(&soft, &none).unwrap_err().code, TOO_QUIET);
        assert_eq!(recorded(&hiss[..RATE], &none).unwrap_err().code, "microphone_silent");
    }

    #[test]
    fn a_voice_without_end_is_cut_and_cancelling_ends_at_once() {
        let sound = question().repeat(30);
        let samples = samples(&sound);
        assert!((LONGEST..LONGEST + RATE).contains(&samples.len()), "{}", samples.len());
        let cancel = Cancel::default();
        cancel.cancel();
        assert_eq!(recorded(&sound, &cancel).unwrap_err().code, "cancelled");
    }

    #[test]
    fn a_fault_of_the_microphone_comes_through() {
        let fault = Fault::new("microphone_lost", "Gone.");
        let result = record(|| Err(fault.clone()), &|| Until::Silent, &Cancel::default());
        assert_eq!(result, Err(fault));
    }
}
