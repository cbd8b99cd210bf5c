//! Beam search, step for step as `transformers` 5 `GenerationMixin._beam_search` (one prompt).

use candle_core::Tensor;

use super::decoding::Decoding;
use super::prompt::{Prefix, step};
use super::scores::constrain;
use super::sequence::Sequence;
use crate::base::cancel::Cancel;
use crate::base::error::Result;
use crate::nn::language::LanguageModel;

/// A text that is still being written.
#[derive(Clone)]
struct Beam {
    ids: Vec<u32>,
    log_probabilities: Vec<f32>,
    /// Sum of the constrained log-probabilities.
    total: f32,
}

/// A way to go on: which beam, which token.
struct Candidate {
    beam: usize,
    id: u32,
    log_probability: f32,
    total: f32,
}

pub(super) fn search(
    model: &dyn LanguageModel,
    prefix: Prefix,
    end: u32,
    decoding: &Decoding,
    cancel: &Cancel,
) -> Result<Vec<Sequence>> {
    let mut cache = prefix.cache;
    let mut logits = vec![prefix.logits];
    let mut beams = vec![Beam {
        ids: Vec::new(),
        log_probabilities: Vec::new(),
        total: 0.0,
    }];
    let mut finished: Vec<Sequence> = Vec::new();
    for length in 1..=decoding.max_tokens {
        cancel.check()?;
        let candidates = candidates(model, &prefix.ids, &beams, &logits, end, decoding);
        let last = length == decoding.max_tokens;
        // Only the best candidates may finish; the others that end are dropped.
        for candidate in candidates
            .iter()
            .take(decoding.beams)
            .filter(|candidate| last || candidate.id == end)
        {
            finished.push(finish(
                &beams[candidate.beam],
                candidate,
                end,
                length,
                decoding.length_penalty,
            ));
        }
        finished.sort_by(|a, b| b.score.total_cmp(&a.score));
        finished.truncate(decoding.beams);
        let open: Vec<Candidate> = candidates
            .into_iter()
            .filter(|c| c.id != end)
            .take(decoding.beams)
            .collect();
        if last || open.is_empty() || is_settled(&finished, open[0].total, length, decoding) {
            break;
        }
        let rows: Vec<u32> = open.iter().map(|candidate| candidate.beam as u32).collect();
        cache = cache.select(&Tensor::new(rows, model.device())?)?;
        beams = open
            .iter()
            .map(|candidate| advance(&beams[candidate.beam], candidate))
            .collect();
        let ids: Vec<u32> = open.iter().map(|candidate| candidate.id).collect();
        logits = step(model, &ids, &mut cache)?;
    }
    Ok(finished)
}

/// The best continuations of all beams, best first: twice as many as beams, so that enough stay open if half of them end.
fn candidates(
    model: &dyn LanguageModel,
    before: &[u32],
    beams: &[Beam],
    logits: &[Vec<f32>],
    end: u32,
    decoding: &Decoding,
) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = Vec::new();
    for (index, (beam, logits)) in beams.iter().zip(logits).enumerate() {
        let total = model.normaliser(logits);
        let mut scores: Vec<f32> = logits.iter().map(|x| x - total).collect();
        constrain(&mut scores, before, &beam.ids, end, decoding);
        let mut order: Vec<u32> = (0..scores.len() as u32).collect();
        let keep = (2 * decoding.beams).min(order.len());
        let by_score = |a: &u32, b: &u32| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b));
        if keep < order.len() {
            order.select_nth_unstable_by(keep, by_score);
            order.truncate(keep);
        }
        all.extend(order.into_iter().map(|id| Candidate {
            beam: index,
            id,
            log_probability: logits[id as usize] - total,
            total: beam.total + scores[id as usize],
        }));
    }
    all.sort_by(|a, b| {
        b.total
            .total_cmp(&a.total)
            .then(a.beam.cmp(&b.beam))
            .then(a.id.cmp(&b.id))
    });
    all.truncate(2 * decoding.beams);
    all
}

fn advance(beam: &Beam, candidate: &Candidate) -> Beam {
    let mut next = beam.clone();
    next.ids.push(candidate.id);
    next.log_probabilities.push(candidate.log_probability);
    next.total = candidate.total;
    next
}

fn finish(beam: &Beam, candidate: &Candidate, end: u32, length: usize, penalty: f32) -> Sequence {
    let Beam {
        mut ids,
        log_probabilities,
        total,
    } = advance(beam, candidate);
    if candidate.id == end {
        ids.pop();
    }
    Sequence {
        ids,
        log_probabilities,
        score: total / (length as f32).powf(penalty),
    }
}

/// True when there are enough finished texts and, unless that is enough, no open one can, at its present length, beat the worst of them.
fn is_settled(finished: &[Sequence], best_open: f32, length: usize, decoding: &Decoding) -> bool {
    let possible = best_open / (length as f32).powf(decoding.length_penalty);
    finished.len() == decoding.beams
        && (decoding.early_stopping || finished.last().is_some_and(|worst| possible <= worst.score))
}
