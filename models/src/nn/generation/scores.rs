//! What settings do to the scores of the next token: the logits processors of `transformers`.

use super::decoding::Decoding;

/// Applies repetition penalty, n-gram ban and minimum length to one row of scores; `before` are the ids of the prompt, `written` those of
/// that row so far.
pub(super) fn constrain(scores: &mut [f32], before: &[u32], written: &[u32], end: u32, decoding: &Decoding) {
    let all = || [before, written].concat();
    if decoding.repetition_penalty.to_bits() != 1.0_f32.to_bits() {
        penalise_repetition(scores, &all(), decoding.repetition_penalty);
    }
    if decoding.no_repeat_ngram > 0 {
        for id in repeated_ends(&all(), decoding.no_repeat_ngram) {
            ban(scores, id);
        }
    }
    if written.len() < decoding.min_tokens {
        ban(scores, end);
    }
}

fn ban(scores: &mut [f32], id: u32) {
    if let Some(score) = scores.get_mut(id as usize) {
        *score = f32::NEG_INFINITY;
    }
}

/// Each written id once, however often it was written.
fn penalise_repetition(scores: &mut [f32], written: &[u32], penalty: f32) {
    let distinct: std::collections::BTreeSet<_> = written.iter().collect();
    for &id in distinct {
        if let Some(score) = scores.get_mut(id as usize) {
            *score = if *score < 0.0 {
                *score * penalty
            } else {
                *score / penalty
            };
        }
    }
}

/// The ids that would complete an n-gram already written.
fn repeated_ends(written: &[u32], size: usize) -> Vec<u32> {
    if written.len() + 1 < size {
        return Vec::new();
    }
    let open = &written[written.len() + 1 - size..];
    written
        .windows(size)
        .filter(|gram| &gram[..size - 1] == open)
        .map(|gram| gram[size - 1])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_ngram_is_banned() {
        assert_eq!(repeated_ends(&[1, 2, 3, 1, 2], 3), [3]);
        assert_eq!(repeated_ends(&[1, 2, 3, 1], 3), Vec::<u32>::new());
        assert_eq!(repeated_ends(&[4, 5], 1), [4, 5]);
        assert_eq!(repeated_ends(&[4], 3), Vec::<u32>::new());
    }

    #[test]
    fn repetition_lowers_scores_of_either_sign() {
        let mut scores = [2.0, -2.0, 1.0];
        penalise_repetition(&mut scores, &[0, 1, 1], 2.0);
        assert_eq!(scores, [1.0, -4.0, 1.0]);
    }

    #[test]
    fn the_end_waits_for_the_minimum() {
        let decoding = Decoding {
            min_tokens: 2,
            ..Decoding::default()
        };
        let mut scores = [0.0; 3];
        constrain(&mut scores, &[9, 9], &[1], 2, &decoding);
        assert_eq!(scores[2], f32::NEG_INFINITY);
        let mut scores = [0.0; 3];
        constrain(&mut scores, &[9, 9], &[1, 1], 2, &decoding);
        assert_eq!(scores[2], 0.0);
    }
}
