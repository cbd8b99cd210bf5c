//! From samples to words that were really said: decoding again where it failed, and no words for silence or noise.

use std::io::Write;
use std::ops::Range;

use candle_core::Device;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use tokenizers::Tokenizer;

use super::activity::has_speech;
use super::checkpoint::Checkpoint;
use super::decoder::{Cache, Decoder};
use super::decoding::{Rules, Written, scores_behind, write};
use super::encoder::Encoder;
use super::mel::{HOP, LogMel, RATE};
use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::generation::best;
use crate::pack::Pack;
use crate::shares::in_pool;

/// Tried in this order until a text holds (section 4.5 of the paper).
const TEMPERATURES: [f32; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
/// A text that shrinks by more when it is compressed repeats itself.
const MOST_COMPRESSED: f32 = 2.4;
/// A text that is less likely was not understood.
const LEAST_LIKELY: f32 = -1.0;
/// Above, nobody spoke: questions have less than 0.3. `OpenAI` lets likely words stand nevertheless, and gets "you" from silence.
const NO_SPEECH: f32 = 0.6;
/// Nobody says more tokens a second, beyond a few: a text that goes on is invented.
const TOKENS_A_SECOND: usize = 12;
const FEW_TOKENS: usize = 16;
/// A part of a text that comes so many times in a row, and makes up so many tokens, was not said.
const LOOPS: usize = 4;
const LOOPED: usize = 6;
/// Samples that may be a pause between words: 0.2 s.
const PAUSE: usize = RATE / 5;
/// Models of English alone know one id less.
const MULTILINGUAL: usize = 51_865;

/// What came of listening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nobody spoke.
    Silence,
    /// Somebody spoke, but the words are not to be trusted.
    Unclear,
    /// Words.
    Speech,
}

/// What was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// The words, with capitals and punctuation; empty unless the outcome is [`Outcome::Speech`].
    pub text: String,
    /// Whether there are words.
    pub outcome: Outcome,
    /// Probability that nobody spoke, 0 to 1.
    pub no_speech: f32,
    /// Mean over the tokens of the last attempt.
    pub average_log_probability: f32,
    /// Of the attempt whose text this is: above 0 the best tokens did not hold.
    pub temperature: f32,
}

/// A loaded pack. Shared by reference between threads.
pub struct Transcriber {
    mel: LogMel,
    encoder: Encoder,
    decoder: Decoder,
    tokenizer: Tokenizer,
    marks: Marks,
    rules: Rules,
    /// Frames that the encoder was trained to hear at once: 30 seconds.
    frames: usize,
    device: Device,
}

impl Transcriber {
    /// Loads a Whisper checkpoint onto a device: `config.json`, `tokenizer.json` and `model.safetensors` (or `CTranslate2`'s `model.bin`).
    pub fn open(pack: &Pack, device: &Device) -> Result<Self> {
        const TOKENIZER: &str = "tokenizer.json";
        let checkpoint = Checkpoint::load(pack, device)?;
        let tokenizer =
            Tokenizer::from_bytes(&*pack.file(TOKENIZER)?).map_err(|error| pack.unusable(TOKENIZER, error))?;
        let marks = Marks::find(&tokenizer, checkpoint.config.vocab_size)
            .map_err(|mark| pack.unusable(TOKENIZER, format!("it lacks {mark}")))?;
        let rules = Rules {
            end: marks.end,
            no_speech: ["<|nospeech|>", "<|nocaptions|>"]
                .iter()
                .find_map(|mark| tokenizer.token_to_id(mark)),
            timestamps: Some(marks.no_timestamps),
            suppressed: checkpoint.suppressed,
        };
        let encoder = Encoder::load(&checkpoint.config, &checkpoint.weights)?;
        let decoder = Decoder::load(&checkpoint.config, &checkpoint.weights)?;
        // The logits' matrix is the embedding; some files hold it twice. What is added to every key alike changes nothing.
        let misfit = |misfit| pack.unusable("the weights", misfit);
        checkpoint
            .weights
            .fit(&["proj_out.weight", "k_proj.bias"])
            .map_err(misfit)?;
        Ok(Self {
            mel: LogMel::new(checkpoint.config.num_mel_bins)?,
            encoder,
            decoder,
            frames: 2 * checkpoint.config.max_source_positions,
            tokenizer,
            marks,
            rules,
            device: device.clone(),
        })
    }

    /// Writes down what is said in `samples`: 16 kHz, mono, -1 to 1. `partial` gets the text so far after each token; a later one need not
    /// go on where an earlier one ended, and what counts is the transcript.
    pub fn transcribe(&self, samples: &[f32], cancel: &Cancel, partial: &mut dyn FnMut(&str)) -> Result<Transcript> {
        cancel.check()?;
        if !samples.iter().all(|sample| sample.is_finite()) {
            return Err(Error::Sound);
        }
        let mut transcript = Transcript::default();
        // Whisper hears words in silence and in music.
        let spoken = |window: &&[f32]| has_speech(window);
        for window in windows(samples, self.frames * HOP).into_iter().filter(spoken) {
            let before = transcript.text.clone();
            cancel.check()?;
            let heard = self.window(window, cancel, &mut |text| partial(&joined(&before, text)))?;
            transcript = transcript.followed_by(heard);
        }
        Ok(transcript)
    }

    /// At most [`Self::frames`] of sound.
    fn window(&self, samples: &[f32], cancel: &Cancel, partial: &mut dyn FnMut(&str)) -> Result<Transcript> {
        let spectrogram = self.mel.spectrogram(samples, self.frames)?.to_device(&self.device)?;
        let sound = in_pool(|| self.decoder.listen(&self.encoder.forward(&spectrogram)?))?;
        cancel.check()?;
        let prompt = self.prompt(&sound)?;
        let most = FEW_TOKENS + TOKENS_A_SECOND * samples.len() / RATE;
        let mut stream = |ids: &[u32]| {
            // A text that cannot be shown yet is not worth a failure.
            if let Ok(text) = self.text(ids) {
                partial(&text);
            }
        };
        let mut transcript = Transcript::default();
        for temperature in TEMPERATURES {
            let rules = (&*prompt, &self.rules);
            let written = write(&self.decoder, &sound, rules, temperature, most, cancel, &mut stream)?;
            transcript = Transcript::judge(&written, self.text(&written.ids)?, temperature);
            if transcript.outcome != Outcome::Unclear {
                break;
            }
        }
        Ok(transcript)
    }

    /// What stands before the text: for a model of many languages, the one that it hears.
    fn prompt(&self, sound: &Cache) -> Result<Vec<u32>> {
        let Marks {
            start, no_timestamps, ..
        } = self.marks;
        let Some((languages, transcribe)) = &self.marks.languages else {
            return Ok(vec![start, no_timestamps]);
        };
        let mut scores = scores_behind(&self.decoder, &[start], &mut sound.clone())?.concat();
        for (id, score) in scores.iter_mut().enumerate() {
            if !languages.contains(&(id as u32)) {
                *score = f32::NEG_INFINITY;
            }
        }
        Ok(vec![start, best(&scores), *transcribe, no_timestamps])
    }

    fn text(&self, ids: &[u32]) -> Result<String> {
        let text = self.tokenizer.decode(ids, true);
        let text = text.map_err(|error| Error::Tokenizer(error.to_string()))?;
        Ok(text.trim().to_owned())
    }
}

/// Ids that steer the decoder.
struct Marks {
    start: u32,
    end: u32,
    no_timestamps: u32,
    /// The ids of languages, and that which asks for a transcript and no translation; `None` for a model of English alone.
    languages: Option<(Range<u32>, u32)>,
}

impl Marks {
    /// Fails with the mark that is not there.
    fn find(tokenizer: &Tokenizer, vocabulary: usize) -> Result<Self, &'static str> {
        let id = |mark| tokenizer.token_to_id(mark).ok_or(mark);
        let start = id("<|startoftranscript|>")?;
        let languages = if vocabulary >= MULTILINGUAL {
            Some((start + 1..id("<|translate|>")?, id("<|transcribe|>")?))
        } else {
            None
        };
        Ok(Self {
            start,
            end: id("<|endoftext|>")?,
            no_timestamps: id("<|notimestamps|>")?,
            languages,
        })
    }
}

impl Default for Transcript {
    /// Of no sound at all.
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
    /// Stricter than `OpenAI`'s `transcribe.py`, which also keeps the last attempt although it does not hold.
    fn judge(written: &Written, text: String, temperature: f32) -> Self {
        let likely = written.average_log_probability >= LEAST_LIKELY;
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

    /// This, and what was heard next.
    fn followed_by(self, next: Self) -> Self {
        Self {
            text: joined(&self.text, &next.text),
            outcome: self.outcome.max(next.outcome),
            no_speech: self.no_speech.min(next.no_speech),
            average_log_probability: self.average_log_probability.min(next.average_log_probability),
            temperature: self.temperature.max(next.temperature),
        }
    }
}

fn joined(before: &str, after: &str) -> String {
    let parts = [before, after];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// Bytes of the text for each byte that zlib needs for it.
fn compression(text: &str) -> f32 {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Memory takes everything.
    let compressed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    compressed.map_or(0.0, |bytes| text.len() as f32 / bytes.len() as f32)
}

/// Whether the same few ids follow each other again and again; compression does not tell that of a short text.
fn is_loop(ids: &[u32]) -> bool {
    (1..=ids.len() / LOOPS).any(|size| {
        let times = LOOPS.max(LOOPED.div_ceil(size));
        ids.windows(size * times)
            .any(|stretch| stretch.chunks(size).all(|part| part == &stretch[..size]))
    })
}

/// Parts of at most `longest` samples, each cut where it is quietest in its last third.
fn windows(mut samples: &[f32], longest: usize) -> Vec<&[f32]> {
    let mut windows = Vec::new();
    while samples.len() > longest {
        let from = longest - longest / 3;
        let loudness = |part: &[f32]| part.iter().map(|sample| sample * sample).sum::<f32>();
        let pauses = samples[from..longest].chunks_exact(PAUSE).map(loudness).enumerate();
        let quietest = pauses.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(index, _)| index);
        let (window, rest) = samples.split_at(from + quietest * PAUSE + PAUSE / 2);
        windows.push(window);
        samples = rest;
    }
    if !samples.is_empty() {
        windows.push(samples);
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sound_is_cut_where_it_is_quiet() {
        let mut samples = vec![0.5; 10 * PAUSE];
        samples[8 * PAUSE..9 * PAUSE].fill(0.01);
        let lengths: Vec<usize> = windows(&samples, 9 * PAUSE).iter().map(|part| part.len()).collect();
        assert_eq!(lengths, [8 * PAUSE + PAUSE / 2, PAUSE + PAUSE / 2]);
        assert_eq!(windows(&samples, 10 * PAUSE).len(), 1);
        assert!(windows(&[], PAUSE).is_empty());
    }

    #[test]
    fn loops_are_told_from_language() {
        assert!(is_loop(&[9, 5, 5, 5, 5, 5, 5]) && is_loop(&[1, 2, 1, 2, 1, 2, 1, 2]));
        assert!(is_loop(&[7, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]));
        assert!(!is_loop(&[]) && !is_loop(&[5, 5, 5, 6]) && !is_loop(&[1, 2, 1, 2, 1, 2]));
        assert!(!is_loop(&(0..100).collect::<Vec<_>>()));
        assert!(compression(&"What is on the left? ".repeat(10)) > MOST_COMPRESSED);
        assert!(compression("What is the man on the left of the picture holding in his hand?") < MOST_COMPRESSED);
    }

    fn written(average_log_probability: f32, no_speech: f32, ended: bool) -> Outcome {
        let written = Written {
            ids: vec![1, 2, 3],
            ended,
            average_log_probability,
            no_speech,
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
    }
}
