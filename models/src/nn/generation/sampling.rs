//! One token at a time: the best one, or one drawn.

use candle_core::{DType, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::decoding::{Decoding, Sampling};
use super::prompt::{Prefix, step};
use super::scores::constrain;
use super::sequence::Sequence;
use crate::base::cancel::Cancel;
use crate::base::error::Result;
use crate::nn::language::LanguageModel;

pub(super) fn write(
    model: &dyn LanguageModel,
    prefix: Prefix,
    end: u32,
    decoding: &Decoding,
    cancel: &Cancel,
    stream: &mut dyn FnMut(u32),
) -> Result<Sequence> {
    let Prefix {
        ids: before,
        mut cache,
        mut logits,
    } = prefix;
    let mut writer = Writer::new(&before, decoding, 0);
    while let Some(id) = writer.next(model, &logits, end, decoding) {
        cancel.check()?;
        stream(id);
        logits = step(model, &[id], &mut cache)?.swap_remove(0);
    }
    Ok(writer.finish(decoding))
}

/// `count` texts side by side, drawn with the seeds that follow `decoding`'s; the prompt is read once.
pub(super) fn write_many(
    model: &dyn LanguageModel,
    prefix: Prefix,
    end: u32,
    decoding: &Decoding,
    count: usize,
    cancel: &Cancel,
) -> Result<Vec<Sequence>> {
    let mut writers: Vec<Writer> = (0..count as u64)
        .map(|row| Writer::new(&prefix.ids, decoding, row))
        .collect();
    let mut cache = prefix
        .cache
        .select(&Tensor::zeros(count, DType::U32, model.device())?)?;
    let mut logits = vec![prefix.logits; count];
    loop {
        cancel.check()?;
        let ids: Vec<Option<u32>> = writers
            .iter_mut()
            .zip(&logits)
            .map(|(writer, logits)| writer.next(model, logits, end, decoding))
            .collect();
        if ids.iter().all(Option::is_none) {
            return Ok(writers.into_iter().map(|writer| writer.finish(decoding)).collect());
        }
        // A row that has ended is fed on and ignored.
        let ids: Vec<u32> = ids.into_iter().map(|id| id.unwrap_or(end)).collect();
        logits = step(model, &ids, &mut cache)?;
    }
}

/// One text in the making.
struct Writer<'a> {
    /// Ids of the prompt.
    before: &'a [u32],
    ids: Vec<u32>,
    log_probabilities: Vec<f32>,
    generator: Option<StdRng>,
    ended: bool,
}

impl<'a> Writer<'a> {
    fn new(before: &'a [u32], decoding: &Decoding, row: u64) -> Self {
        let generator = decoding
            .sampling
            .as_ref()
            .map(|sampling| StdRng::seed_from_u64(sampling.seed.wrapping_add(row)));
        Self {
            before,
            ids: Vec::new(),
            log_probabilities: Vec::new(),
            generator,
            ended: false,
        }
    }

    /// Chooses the next id; `None` once the text has ended.
    fn next(&mut self, model: &dyn LanguageModel, logits: &[f32], end: u32, decoding: &Decoding) -> Option<u32> {
        if self.ended || self.ids.len() >= decoding.max_tokens {
            return None;
        }
        let mut scores = logits.to_vec();
        constrain(&mut scores, self.before, &self.ids, end, decoding);
        let id = match (&decoding.sampling, &mut self.generator) {
            (Some(sampling), Some(generator)) => drawn(&scores, sampling, generator),
            _ => best(&scores),
        };
        self.log_probabilities
            .push(logits[id as usize] - model.normaliser(logits));
        self.ended = id == end;
        if self.ended {
            return None;
        }
        self.ids.push(id);
        Some(id)
    }

    fn finish(self, decoding: &Decoding) -> Sequence {
        let length = (self.log_probabilities.len().max(1) as f32).powf(decoding.length_penalty);
        let score = self.log_probabilities.iter().sum::<f32>() / length;
        Sequence {
            ids: self.ids,
            log_probabilities: self.log_probabilities,
            score,
        }
    }
}

/// The first of the highest scores.
pub(crate) fn best(scores: &[f32]) -> u32 {
    let higher = |best: usize, (id, score): (usize, &f32)| if *score > scores[best] { id } else { best };
    scores.iter().enumerate().fold(0, higher) as u32
}

/// An id, the likelier the higher its score.
fn drawn(scores: &[f32], sampling: &Sampling, generator: &mut StdRng) -> u32 {
    let mut ranked: Vec<(u32, f32)> = scores
        .iter()
        .enumerate()
        .map(|(id, score)| (id as u32, score / sampling.temperature.max(1e-3)))
        .collect();
    if sampling.top_k > 0 {
        sort_best(&mut ranked, sampling.top_k);
        ranked.truncate(sampling.top_k);
    }
    let largest = ranked.iter().map(|(_, score)| *score).fold(f32::NEG_INFINITY, f32::max);
    let weight = |score: f32| (score - largest).exp();
    let total: f32 = ranked.iter().map(|(_, score)| weight(*score)).sum();
    let weights = nucleus(&mut ranked, weight, sampling.top_p * total);
    let mut point = generator.random::<f32>() * weights.iter().sum::<f32>();
    let chosen = weights.iter().position(|weight| {
        point -= weight;
        point < 0.0
    });
    ranked[chosen.unwrap_or(0)].0
}

/// Weights of the best tokens, which come to stand in front, that together reach `wanted`; the one that crosses it still belongs.
fn nucleus(ranked: &mut [(u32, f32)], weight: impl Fn(f32) -> f32, wanted: f32) -> Vec<f32> {
    // Sorting the whole vocabulary would take longer than the model; a few tokens mostly do.
    let mut sorted = 64;
    loop {
        sort_best(ranked, sorted);
        let mut reached = 0.0;
        let mut weights = Vec::new();
        for (_, score) in ranked.iter().take(sorted) {
            weights.push(weight(*score));
            reached += weight(*score);
            if reached >= wanted {
                return weights;
            }
        }
        if sorted >= ranked.len() {
            return weights;
        }
        sorted *= 4;
    }
}

/// Brings the `count` best to the front, best first; equals by id.
fn sort_best(ranked: &mut [(u32, f32)], count: usize) {
    let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    let count = count.min(ranked.len());
    if count < ranked.len() {
        ranked.select_nth_unstable_by(count, order);
    }
    ranked[..count].sort_unstable_by(order);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nucleus_is_that_of_a_full_sort() {
        let scores: Vec<(u32, f32)> = (0..500).map(|id| (id, (id * 7919 % 503) as f32 / 40.0)).collect();
        let mut sorted = scores.clone();
        sorted.sort_by(|a, b| b.1.total_cmp(&a.1));
        for share in [0.0, 0.3, 0.9, 0.999, 1.0] {
            let total: f32 = sorted.iter().map(|(_, score)| score.exp()).sum();
            let mut ranked = scores.clone();
            let weights = nucleus(&mut ranked, f32::exp, share * total);
            assert_eq!(ranked[..weights.len()], sorted[..weights.len()]);
            let before: f32 = weights[..weights.len() - 1].iter().sum();
            assert!(before < share * total || weights.len() == 1);
        }
    }

    fn draw(top_k: usize, top_p: f32, seed: u64) -> u32 {
        let sampling = Sampling {
            temperature: 1.0,
            top_k,
            top_p,
            seed,
        };
        drawn(&[0.0, 3.0, 2.9, -1.0], &sampling, &mut StdRng::seed_from_u64(seed))
    }

    #[test]
    fn drawing_is_seeded_and_kept_to_the_best() {
        assert!((0..50).all(|seed| draw(1, 1.0, seed) == 1));
        assert!((0..50).all(|seed| draw(0, 0.1, seed) == 1));
        let two: std::collections::BTreeSet<u32> = (0..50).map(|seed| draw(2, 1.0, seed)).collect();
        assert_eq!(two.into_iter().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(draw(0, 1.0, 7), draw(0, 1.0, 7));
    }

    #[test]
    fn the_first_of_equals_is_best() {
        assert_eq!(best(&[1.0, 5.0, 5.0, f32::NEG_INFINITY]), 1);
    }
}
