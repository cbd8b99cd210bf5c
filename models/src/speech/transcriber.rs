//! Transcribes samples and guards against invented words: a second pass over doubtful recordings, or sampling where
//! decoding failed.

use std::ops::Range;

use candle_core::{Device, Tensor};
use tokenizers::Tokenizer;

use super::activity::has_speech;
use super::checkpoint::Checkpoint;
use super::decoder::{Decoder, Sound};
use super::decoding::{Rules, scores_behind, write};
use super::encoder::Encoder;
use super::mel::{HOP, LogMel, RATE};
use super::transcript::{Outcome, Transcript, joined};
use crate::base::cancel::Cancel;
use crate::base::error::{Error, Result};
use crate::nn::generation::{Decoding, Sampling, best};
use crate::nn::language::Cache;
use crate::weights::pack::Pack;
use eyebright_kernels::parallel::in_pool;

/// Speed factors for the second pass over a doubtful recording, which decodes all of these variants together; slowing
/// also lowers the pitch, which synthetic voices need.
const SLOWER: [f32; 3] = [1.0, 1.15, 1.3];
/// Least number of frames (10 ms each) in the second pass. With less silence than in training the encoder takes a third
/// of the time; synthetic voices are understood no worse, but the decoder is prone to write everything twice.
const AGAIN: usize = 1000;
/// Least number of silent frames behind the sound in the second pass.
const SILENT: usize = 200;
/// Text that the decoder is given as said before, in the second pass: people mostly ask, and some wish or state. It
/// also makes words for what is no speech less likely.
const BEFORE: &str = " Read it to me. What is this? It is in the picture. How many are there?";
/// Sampling temperatures that are tried in this order until a text is accepted, where a sound is too long for the
/// second pass (section 4.5 of the paper).
const TEMPERATURES: [f32; 5] = [0.2, 0.4, 0.6, 0.8, 1.0];
/// Fixed seed of sampling, so that the same sound always gives the same words.
const SEED: u64 = 0;
/// Most tokens that are generated for each second of sound, beyond `FEW_TOKENS`: nobody speaks faster, and a longer
/// text is invented.
const TOKENS_A_SECOND: usize = 12;
const FEW_TOKENS: usize = 16;
/// Samples of a possible pause between words: 0.2 s.
const PAUSE: usize = RATE / 5;
/// Vocabulary size of multilingual models; English-only models have one id less.
const MULTILINGUAL: usize = 51_865;

/// A loaded Whisper pack. Shared by reference between threads.
pub struct Transcriber {
    mel: LogMel,
    encoder: Encoder,
    decoder: Decoder,
    tokenizer: Tokenizer,
    marks: Marks,
    rules: Rules,
    /// Frames that the encoder was trained to take at once: 30 seconds.
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
        // Tensors that may be left over: the output matrix is the embedding, which some files hold twice, and a bias
        // added to every key alike changes nothing.
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

    /// Transcribes `samples`: 16 kHz, mono, -1 to 1. `partial` receives the text so far after each token. It may be a
    /// new text where an earlier one was dropped; only the returned transcript counts.
    pub fn transcribe(&self, samples: &[f32], cancel: &Cancel, partial: &mut dyn FnMut(&str)) -> Result<Transcript> {
        cancel.check()?;
        if !samples.iter().all(|sample| sample.is_finite()) {
            return Err(Error::Sound);
        }
        let mut transcript = Transcript::default();
        // Whisper invents words for silence and music, so windows without speech are left out.
        let spoken = |window: &&[f32]| has_speech(window);
        for window in windows(samples, self.frames * HOP).into_iter().filter(spoken) {
            let before = transcript.text.clone();
            cancel.check()?;
            let heard = self.window(window, cancel, &mut |text| partial(&joined(&before, text)))?;
            transcript = transcript.followed_by(heard);
        }
        Ok(transcript)
    }

    /// Transcribes at most [`Self::frames`] of sound.
    fn window(&self, samples: &[f32], cancel: &Cancel, partial: &mut dyn FnMut(&str)) -> Result<Transcript> {
        let sound = self.hear(&[samples], self.frames)?;
        cancel.check()?;
        let prompt = self.prompt(&sound)?;
        let greedy = Decoding {
            max_tokens: FEW_TOKENS + TOKENS_A_SECOND * samples.len() / RATE,
            ..Decoding::default()
        };
        let mut attempt = |sound: &Sound, prompt: &[u32], decoding: &Decoding| {
            let mut stream = |ids: &[u32]| {
                // Ids that do not make a text yet are no failure.
                if let Ok(text) = self.text(ids) {
                    partial(&text);
                }
            };
            let rules = (prompt, &self.rules);
            write(&self.decoder, sound, rules, decoding, cancel, &mut stream)
        };
        let written = attempt(&sound, &prompt, &greedy)?;
        let mut transcript = Transcript::judge(&written, self.text(&written.ids)?, 0.0);
        if !transcript.is_doubtful() {
            return Ok(transcript);
        }
        let ways = SLOWER.map(|times| slower(samples, times));
        // The second pass must fit the whole sound into the encoder.
        let longest = ways.iter().map(|samples| samples.len().div_ceil(HOP)).max();
        let frames = longest.map_or(AGAIN, |longest| AGAIN.max(longest + SILENT));
        if frames <= self.frames {
            let sound = self.hear(&ways.each_ref().map(|samples| &**samples), frames)?;
            cancel.check()?;
            let before = &self.marks.before;
            let written = attempt(&sound, &[before, &*prompt].concat(), &beams(&greedy))?;
            return Ok(transcript.or_again(&written, self.text(&written.ids)?, &self.text(before)?));
        }
        for temperature in TEMPERATURES {
            if transcript.outcome != Outcome::Unclear {
                break;
            }
            let written = attempt(&sound, &prompt, &drawn(&greedy, temperature))?;
            transcript = Transcript::judge(&written, self.text(&written.ids)?, temperature);
        }
        Ok(transcript)
    }

    /// Encodes variants of one sound for the decoder, each followed by silence up to `frames`.
    fn hear(&self, ways: &[&[f32]], frames: usize) -> Result<Sound> {
        let spectrograms = ways.iter().map(|samples| self.mel.spectrogram(samples, frames));
        let spectrograms = Tensor::cat(&spectrograms.collect::<candle_core::Result<Vec<_>>>()?, 0)?;
        let spectrograms = spectrograms.to_device(&self.device)?;
        Ok(in_pool(|| self.decoder.listen(&self.encoder.forward(&spectrograms)?))?)
    }

    /// The token ids before the text. For a multilingual model they include the language that it detects in the sound.
    fn prompt(&self, sound: &Sound) -> Result<Vec<u32>> {
        let Marks {
            start, no_timestamps, ..
        } = self.marks;
        let Some((languages, transcribe)) = &self.marks.languages else {
            return Ok(vec![start, no_timestamps]);
        };
        let model = self.decoder.before(sound, [])?;
        let scores = scores_behind(&model, &[start], &mut Cache::default())?;
        let mut scores: Vec<f32> = scores.flatten_all()?.to_vec1()?;
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

/// Special token ids that steer the decoder.
struct Marks {
    start: u32,
    end: u32,
    no_timestamps: u32,
    /// The ids of all languages, and the id that asks for a transcript instead of a translation; `None` for an
    /// English-only model.
    languages: Option<(Range<u32>, u32)>,
    /// Token ids of [`BEFORE`] for an English-only model; empty for others.
    before: Vec<u32>,
}

impl Marks {
    /// Looks the ids up. Fails with the name of a missing token.
    fn find(tokenizer: &Tokenizer, vocabulary: usize) -> Result<Self, &'static str> {
        let id = |mark| tokenizer.token_to_id(mark).ok_or(mark);
        let start = id("<|startoftranscript|>")?;
        let languages = if vocabulary >= MULTILINGUAL {
            Some((start + 1..id("<|translate|>")?, id("<|transcribe|>")?))
        } else {
            None
        };
        let before = match (&languages, id("<|startofprev|>"), tokenizer.encode(BEFORE, false)) {
            (None, Ok(mark), Ok(text)) => [&[mark], text.get_ids()].concat(),
            _ => Vec::new(),
        };
        Ok(Self {
            start,
            end: id("<|endoftext|>")?,
            no_timestamps: id("<|notimestamps|>")?,
            languages,
            before,
        })
    }
}

/// Beam search for the text that is likeliest as a whole: by the mean over its tokens a text written twice would score
/// no worse.
fn beams(greedy: &Decoding) -> Decoding {
    Decoding {
        beams: 5,
        length_penalty: 0.0,
        early_stopping: true,
        no_repeat_ngram: 4,
        ..greedy.clone()
    }
}

fn drawn(greedy: &Decoding, temperature: f32) -> Decoding {
    Decoding {
        sampling: Some(Sampling {
            temperature,
            top_k: 0,
            top_p: 1.0,
            seed: SEED,
        }),
        ..greedy.clone()
    }
}

/// Stretches a sound to `times` its length, which lowers the pitch as much. Linear interpolation is enough, because
/// speech has little energy in the high frequencies that it distorts.
fn slower(samples: &[f32], times: f32) -> Vec<f32> {
    let sample = |place: f32| {
        let (index, fraction) = (place as usize, place.fract());
        let next = samples.get(index + 1).copied().unwrap_or_default();
        samples[index] * (1.0 - fraction) + next * fraction
    };
    let length = (samples.len() as f32 * times) as usize;
    (0..length).map(|index| sample(index as f32 / times)).collect()
}

/// Cuts a sound into parts of at most `longest` samples, each at the quietest place in its last third.
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
    fn a_slower_sound_is_the_same_wave() {
        let wave = |hertz: f32, length: usize| -> Vec<f32> { (0..length).map(|i| (i as f32 * hertz).sin()).collect() };
        let slow = slower(&wave(0.11, 1000), 1.1);
        assert_eq!(slow.len(), 1100);
        let far = slow.iter().zip(wave(0.1, 1090)).map(|(a, b)| (a - b).abs());
        assert!(far.fold(0.0, f32::max) < 2e-3);
        assert!(slower(&[], 1.3).is_empty());
    }
}
