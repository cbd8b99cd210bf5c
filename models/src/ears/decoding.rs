//! Writing down what was heard, one token after another: the best one, or one drawn, as in `OpenAI`'s `decoding.py`.

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::checkpoint::Suppressed;
use super::decoder::{Cache, Decoder};
use crate::cancel::Cancel;
use crate::error::Result;
use crate::generation::{Sampling, best, drawn, log_sum_exp};
use crate::shares::in_pool;

/// The same sound is heard as the same words.
const SEED: u64 = 0;

/// What ids mean, and which are never written.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Ends a text.
    pub end: u32,
    /// Its probability as the first token is that of nobody speaking.
    pub no_speech: Option<u32>,
    /// This id and all above are timestamps, which are not written.
    pub timestamps: Option<u32>,
    /// Others that are not written.
    pub suppressed: Suppressed,
}

/// A text as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Token ids without the end token.
    pub ids: Vec<u32>,
    /// Whether the end token came before there were too many.
    pub ended: bool,
    /// Mean over the tokens, the end token included.
    pub average_log_probability: f32,
    /// Probability that nobody speaks, 0 to 1; 0 if the model cannot tell.
    pub no_speech: f32,
}

/// Writes behind `prompt` at most `most` tokens. Temperature 0 takes the best token; above 0 tokens are drawn, wilder the higher it is.
/// `stream` gets the ids so far after each. Log-probabilities are those of temperature 1 among what may be written.
pub fn write(
    decoder: &Decoder,
    sound: &Cache,
    (prompt, rules): (&[u32], &Rules),
    temperature: f32,
    most: usize,
    cancel: &Cancel,
    stream: &mut dyn FnMut(&[u32]),
) -> Result<Written> {
    let mut cache = sound.clone();
    let mut generator = StdRng::seed_from_u64(SEED);
    let mut logits = scores_behind(decoder, prompt, &mut cache)?;
    let no_speech = rules.no_speech.and_then(|id| {
        let first = logits.first()?;
        Some((first.get(id as usize)? - log_sum_exp(first)).exp())
    });

    let (mut ids, mut ended, mut sum) = (Vec::new(), false, 0.0);
    let most = most.min(decoder.max_positions().saturating_sub(prompt.len()));
    while ids.len() < most
        && let Some(mut scores) = logits.pop()
    {
        cancel.check()?;
        rules.apply(&mut scores, ids.is_empty());
        let id = choose(&scores, temperature, &mut generator);
        sum += scores[id as usize] - log_sum_exp(&scores);
        ended = id == rules.end;
        if ended {
            break;
        }
        ids.push(id);
        stream(&ids);
        logits = scores_behind(decoder, &[id], &mut cache)?;
    }
    Ok(Written {
        average_log_probability: sum / (ids.len() + 1) as f32,
        no_speech: no_speech.unwrap_or_default(),
        ids,
        ended,
    })
}

/// Of the next token behind each id, [ids, V].
pub(super) fn scores_behind(decoder: &Decoder, ids: &[u32], cache: &mut Cache) -> Result<Vec<Vec<f32>>> {
    let logits = in_pool(|| decoder.logits(&decoder.forward(ids, cache)?))?;
    Ok(logits.squeeze(0)?.to_vec2()?)
}

impl Rules {
    fn apply(&self, scores: &mut [f32], first: bool) {
        let not_first = self.suppressed.first.iter().filter(|_| first);
        for &id in self.suppressed.always.iter().chain(not_first) {
            if let Some(score) = scores.get_mut(id as usize) {
                *score = f32::NEG_INFINITY;
            }
        }
        if let Some(timestamps) = self.timestamps.and_then(|first| scores.get_mut(first as usize..)) {
            timestamps.fill(f32::NEG_INFINITY);
        }
    }
}

fn choose(scores: &[f32], temperature: f32, generator: &mut StdRng) -> u32 {
    if temperature <= 0.0 {
        return best(scores);
    }
    let sampling = Sampling {
        temperature,
        top_k: 0,
        top_p: 1.0,
        seed: SEED,
    };
    drawn(scores, &sampling, generator)
}
