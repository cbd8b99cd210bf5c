//! The ways in: a text behind a prompt, several drawn ones, the score of a given one.

use candle_core::Tensor;

use super::decoding::Decoding;
use super::prompt::{Prefix, Prompt, prefill};
use super::sequence::Sequence;
use super::{beam, sampling};
use crate::base::cancel::Cancel;
use crate::base::error::Result;
use crate::nn::language::LanguageModel;

/// Writes behind `prompt`. Returns the texts, best first: as many as beams, one without beams.
///
/// `stream` gets each id as soon as it is certain: at once when greedy or sampling, at the end with beams.
pub fn generate(
    model: &dyn LanguageModel,
    prompt: &Prompt,
    end: u32,
    decoding: &Decoding,
    cancel: &Cancel,
    stream: &mut dyn FnMut(u32),
) -> Result<Vec<Sequence>> {
    go_on(model, prefill(model, prompt)?, end, decoding, cancel, stream)
}

/// [`generate`] behind a prompt that the model has read already.
pub(crate) fn go_on(
    model: &dyn LanguageModel,
    prefix: Prefix,
    end: u32,
    decoding: &Decoding,
    cancel: &Cancel,
    stream: &mut dyn FnMut(u32),
) -> Result<Vec<Sequence>> {
    let room = model.max_positions().saturating_sub(prefix.cache.len());
    let decoding = Decoding {
        max_tokens: decoding.max_tokens.min(room),
        ..decoding.clone()
    };
    if decoding.beams > 1 {
        let texts = beam::search(model, prefix, end, &decoding, cancel)?;
        if let Some(best) = texts.first() {
            best.ids.iter().for_each(|&id| stream(id));
        }
        Ok(texts)
    } else {
        Ok(vec![sampling::write(model, prefix, end, &decoding, cancel, stream)?])
    }
}

/// Draws `count` texts behind `prompt` at once, as `decoding.sampling` says; the same seed draws the same texts.
pub fn draw(
    model: &dyn LanguageModel,
    prompt: &Prompt,
    end: u32,
    decoding: &Decoding,
    count: usize,
    cancel: &Cancel,
) -> Result<Vec<Sequence>> {
    sampling::write_many(model, prefill(model, prompt)?, end, decoding, count, cancel)
}

/// Log-probabilities of a given text behind `prompt`, one an id (the end token is an id like any other).
pub fn score_text(model: &dyn LanguageModel, prompt: &Tensor, ids: &[u32]) -> Result<Vec<f32>> {
    let mut prefix = prefill(model, &prompt.clone().into())?;
    let mut log_probabilities = Vec::with_capacity(ids.len());
    let mut push = |logits: &[f32], id: u32| {
        log_probabilities.push(
            logits
                .get(id as usize)
                .map_or(f32::NEG_INFINITY, |x| x - model.normaliser(logits)),
        );
    };
    let Some((&first, rest)) = ids.split_first() else {
        return Ok(Vec::new());
    };
    push(&prefix.logits, first);
    if !rest.is_empty() {
        let hidden = model.forward(&model.embed(&ids[..ids.len() - 1])?, &mut prefix.cache)?;
        for (logits, &id) in model.logits(&hidden)?.squeeze(0)?.to_vec2::<f32>()?.iter().zip(rest) {
            push(logits, id);
        }
    }
    Ok(log_probabilities)
}
