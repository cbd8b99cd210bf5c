//! Transcripts, and the rules that decide whether their words are trusted: no words for silence or noise.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::decoding::Written;

/// Highest compression ratio of a text; above it the text repeats itself.
const MOST_COMPRESSED: f32 = 2.4;
/// Least mean log-probability of a text in the first pass and in sampling.
const LEAST_LIKELY: f32 = -1.0;
/// Least mean log-probability of a text in the second pass; speech played backwards is mostly below it.
const LEAST_LIKELY_AGAIN: f32 = -0.8;
/// Keep the first transcript at or above this mean log-probability unless the second pass is valid and at most
/// `HARDLY_LESS` worse. Also the least for a second pass that only repeats the words that the decoder was given as said
/// before.
const RATHER_LIKELY: f32 = -0.4;
const HARDLY_LESS: f32 = 0.1;
/// Texts of at most `SHORT` tokens must reach `SHORT_LIKELY`: what is no speech is often transcribed as "you".
const SHORT: usize = 2;
const SHORT_LIKELY: f32 = -0.6;
/// Highest probability of no speech; above it a text is dropped. Questions have less than 0.3. `OpenAI` keeps likely
/// words nevertheless, and gets "you" from silence.
const NO_SPEECH: f32 = 0.6;
/// Mean log-probability below which the words get a second pass.
const DOUBTFUL: f32 = -0.2;
/// A part that comes `LOOPS` times in a row, and makes up `LOOPED` tokens or more, was not said: the decoder is in a
/// loop.
const LOOPS: usize = 4;
const LOOPED: usize = 6;

/// How a recording was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nobody spoke.
    Silence,
    /// Somebody spoke, but the words are not to be trusted.
    Unclear,
    /// Somebody spoke, and the words are trusted.
    Speech,
}

/// The transcript of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// The words, with capitals and punctuation; empty unless the outcome is [`Outcome::Speech`].
    pub text: String,
    /// How the recording was understood.
    pub outcome: Outcome,
    /// Probability that nobody spoke, 0 to 1.
    pub no_speech: f32,
    /// Mean log-probability per token of the last attempt; the lowest of all parts of a long recording.
    pub average_log_probability: f32,
    /// Sampling temperature of the attempt that gave the text; above 0 if the likeliest tokens were not accepted.
    pub temperature: f32,
}

impl Default for Transcript {
    /// The transcript of no sound at all.
    fn default() -> Self {
        Self {
            text: String::new(),
            outcome: Outcome::Silence,
            no_speech: 1.0,
            average_log_probability: 0.0,
            temperature: 0.0,
        }
    }
}

impl Transcript {
    /// Judges a generated text. Stricter than `OpenAI`'s `transcribe.py`, which keeps the last attempt even if it
    /// fails.
    pub(super) fn judge(written: &Written, text: String, temperature: f32) -> Self {
        Self::likely(written, text, temperature, LEAST_LIKELY)
    }

    /// Chooses between this transcript, which was doubtful, and the second pass. In the second pass the decoder was
    /// given the text `before`, and is prone to repeat it where it understands nothing.
    pub(super) fn or_again(self, written: &Written, text: String, before: &str) -> Self {
        let (first, second, before) = (words(&self.text), words(&text), words(before));
        let is_echo = second != first && second.iter().all(|word| before.contains(word));
        let least = if is_echo { RATHER_LIKELY } else { LEAST_LIKELY_AGAIN };
        let again = Self::likely(written, text, 0.0, least);
        let stands = self.outcome == Outcome::Speech && self.average_log_probability >= RATHER_LIKELY;
        let is_rival = written.average_log_probability >= self.average_log_probability - HARDLY_LESS;
        if stands && !(again.outcome == Outcome::Speech && is_rival) {
            self
        } else {
            again
        }
    }

    fn likely(written: &Written, text: String, temperature: f32, least: f32) -> Self {
        let least = if written.ids.len() > SHORT { least } else { SHORT_LIKELY };
        let likely = written.average_log_probability >= least;
        let outcome = if written.no_speech > NO_SPEECH || text.is_empty() {
            Outcome::Silence
        } else if !likely || !written.ended || is_loop(&written.ids) || compression(&text) > MOST_COMPRESSED {
            Outcome::Unclear
        } else {
            Outcome::Speech
        };
        Self {
            text: if outcome == Outcome::Speech {
                text
            } else {
                String::new()
            },
            outcome,
            no_speech: written.no_speech,
            average_log_probability: written.average_log_probability,
            temperature,
        }
    }

    /// True if the recording is worth a second pass.
    pub(super) fn is_doubtful(&self) -> bool {
        match self.outcome {
            Outcome::Silence => false,
            Outcome::Unclear => true,
            Outcome::Speech => self.average_log_probability < DOUBTFUL,
        }
    }

    /// Joins this transcript and that of the next part of the recording.
    pub(super) fn followed_by(self, next: Self) -> Self {
        Self {
            text: joined(&self.text, &next.text),
            outcome: self.outcome.max(next.outcome),
            no_speech: self.no_speech.min(next.no_speech),
            average_log_probability: self.average_log_probability.min(next.average_log_probability),
            temperature: self.temperature.max(next.temperature),
        }
    }
}

pub(super) fn joined(before: &str, after: &str) -> String {
    let parts = [before, after];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// Compression ratio: bytes of the text for each byte that zlib needs for it.
fn compression(text: &str) -> f32 {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing to memory cannot fail.
    let compressed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    compressed.map_or(0.0, |bytes| text.len() as f32 / bytes.len() as f32)
}

/// The words of a text in lower case, without punctuation.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// True if the same few ids follow each other again and again, which the compression ratio does not show for a short
/// text.
fn is_loop(ids: &[u32]) -> bool {
    (1..=ids.len() / LOOPS).any(|size| {
        let times = LOOPS.max(LOOPED.div_ceil(size));
        ids.windows(size * times)
            .any(|stretch| stretch.chunks(size).all(|part| part == &stretch[..size]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_are_told_from_language() {
        assert!(is_loop(&[9, 5, 5, 5, 5, 5, 5]) && is_loop(&[1, 2, 1, 2, 1, 2, 1, 2]));
        assert!(is_loop(&[7, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]));
        assert!(!is_loop(&[]) && !is_loop(&[5, 5, 5, 6]) && !is_loop(&[1, 2, 1, 2, 1, 2]));
        assert!(!is_loop(&(0..100).collect::<Vec<_>>()));
        assert!(compression(&"What is on the left? ".repeat(10)) > MOST_COMPRESSED);
        assert!(compression("What is the man on the left of the picture holding in his hand?") < MOST_COMPRESSED);
    }

    fn likely(average_log_probability: f32) -> Written {
        Written {
            ids: vec![1, 2, 3],
            ended: true,
            average_log_probability,
            no_speech: 0.0,
        }
    }

    fn written(average_log_probability: f32, no_speech: f32, ended: bool) -> Outcome {
        let written = Written {
            ended,
            no_speech,
            ..likely(average_log_probability)
        };
        let transcript = Transcript::judge(&written, "What is this?".into(), 0.0);
        assert_eq!(transcript.text.is_empty(), transcript.outcome != Outcome::Speech);
        transcript.outcome
    }

    #[test]
    fn only_words_that_hold_are_kept() {
        assert_eq!(written(-0.3, 0.1, true), Outcome::Speech);
        assert_eq!(written(-0.3, 0.9, true), Outcome::Silence);
        assert_eq!(written(-1.3, 0.9, true), Outcome::Silence);
        assert_eq!(written(-1.3, 0.1, true), Outcome::Unclear);
        assert_eq!(written(-0.3, 0.1, false), Outcome::Unclear);
        let word = |average_log_probability| {
            let word = Written {
                ids: vec![345],
                ..likely(average_log_probability)
            };
            Transcript::judge(&word, "you".into(), 0.0).outcome
        };
        assert_eq!((word(-0.3), word(-0.8)), (Outcome::Speech, Outcome::Unclear));
    }

    #[test]
    fn what_was_heard_again_decides_unless_the_first_is_likelier() {
        let heard = |first, again| {
            let first = Transcript::judge(&likely(first), "What is that?".into(), 0.0);
            first.or_again(&likely(again), "What is this?".into(), "").text
        };
        assert_eq!(heard(-0.3, -0.35), "What is this?");
        assert_eq!(heard(-0.3, -0.5), "What is that?");
        assert_eq!(heard(-0.7, -0.75), "What is this?");
        assert_eq!(heard(-1.3, -0.7), "What is this?");
        assert_eq!(heard(-0.3, -0.9), "What is that?");
        assert_eq!(heard(-0.7, -0.9), "");
    }

    #[test]
    fn an_echo_of_what_was_said_before_must_be_likelier() {
        let heard = |first: &str, again: &str, likelihood| {
            let first = Transcript::judge(&likely(-0.7), first.into(), 0.0);
            first
                .or_again(&likely(likelihood), again.into(), "Where is it? Read it.")
                .text
        };
        assert_eq!(heard("The very sit.", "Where is it?", -0.6), "");
        assert_eq!(heard("The very sit.", "Where is it?", -0.3), "Where is it?");
        assert_eq!(heard("where is it", "Where is it?", -0.6), "Where is it?");
        assert_eq!(heard("The very sit.", "Where is she?", -0.6), "Where is she?");
    }
}
