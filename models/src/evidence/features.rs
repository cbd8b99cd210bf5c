//! Features from which the calibration predicts whether a caption is right or invented.

use crate::evidence::lexicon::{Extent, Lexicon, Mention, NounKind, Seen};

use super::evidence::Evidence;
use super::odds::logit;

/// The names of the features, in the order of the values.
pub const FEATURES: [&str; 20] = [
    "mean_log_probability",
    "noun_log_probability_mean",
    "noun_log_probability_min",
    "itm",
    "itc",
    "support_mean",
    "support_min",
    "person_support",
    "scene_support",
    "things",
    "things_without_evidence",
    "persons",
    "scenes",
    "unmentioned_object",
    "unmentioned_person",
    "unmentioned_tag",
    "agreement",
    "tag_entropy",
    "written_mean",
    "written_least",
];

/// Additive smoothing of the neighbours' word frequencies, which come from few pictures.
const RARE: f32 = 0.01;

/// One value for each name in `FEATURES`.
pub type Features = [f32; FEATURES.len()];

/// The features of the caption, in the order of `FEATURES`. `evidence` must be weighed, and `seen` is its summary. All
/// zero, which the calibration reads as unsure, if there is no caption.
pub fn features(evidence: &Evidence, seen: &Seen, lexicon: &Lexicon) -> Features {
    let Some(caption) = &evidence.caption else {
        return [0.0; FEATURES.len()];
    };
    let words = caption.bare_words();
    let mentions = lexicon.mentions(&words);
    let of_kind = |kind| mentions.iter().filter(move |mention| mention.noun.kind == kind);
    let count = |kind| of_kind(kind).count() as f32;

    let said = |mention: &&Mention<'_>| !mention.words.is_empty();
    let noun_scores: Vec<f32> = mentions
        .iter()
        .filter(said)
        .map(|mention| caption.words[mention.words.clone()].iter().map(|word| word.1).sum())
        .collect();
    let written: Vec<f32> = mentions
        .iter()
        .filter(said)
        .filter_map(|mention| caption.written.get(mention.words.clone()))
        .map(|words| logit((least(words) + RARE) / (1.0 + 2.0 * RARE)))
        .collect();
    let things = of_kind(NounKind::Thing).filter(|mention| !mention.noun.extent.is_empty());
    let supports: Vec<f32> = things
        .map(|mention| logit(seen.support(&mention.noun.extent)))
        .collect();
    let persons: Vec<f32> = of_kind(NounKind::Person)
        .map(|mention| logit(seen.by_objects(&mention.noun.extent)))
        .collect();
    let scenes: Vec<f32> = of_kind(NounKind::Scene)
        .filter(|mention| !mention.noun.extent.is_empty())
        .map(|mention| logit(seen.support(&mention.noun.extent)))
        .collect();
    let (unmentioned_object, unmentioned_person) = unmentioned_objects(evidence, lexicon, &mentions);

    [
        caption.mean_log_probability,
        mean(&noun_scores),
        least(&noun_scores),
        logit(caption.itm),
        caption.itc,
        mean(&supports),
        least(&supports),
        least(&persons),
        mean(&scenes),
        supports.len() as f32,
        count(NounKind::Thing) - supports.len() as f32,
        count(NounKind::Person),
        count(NounKind::Scene),
        unmentioned_object,
        unmentioned_person,
        unmentioned_tag(lexicon, seen, &mentions),
        agreement(&mentions, &caption.alternatives, lexicon),
        entropy(&seen.classes),
        mean(&written),
        least(&written),
    ]
}

fn mean(values: &[f32]) -> f32 {
    if values.is_empty() {
        0.0
    } else {
        values.iter().sum::<f32>() / values.len() as f32
    }
}

fn least(values: &[f32]) -> f32 {
    values.iter().copied().reduce(f32::min).unwrap_or(0.0)
}

pub fn is_mentioned(extent: &Extent, mentions: &[Mention<'_>]) -> bool {
    mentions
        .iter()
        .any(|mention| mention.noun.kind != NounKind::Scene && mention.noun.extent.meets(extent))
}

/// The greatest prominence among the objects that the caption leaves out, as (thing, person). Prominence is the
/// probability times the square root of the share of the picture; 0 if nothing is left out.
fn unmentioned_objects(evidence: &Evidence, lexicon: &Lexicon, mentions: &[Mention<'_>]) -> (f32, f32) {
    let (mut thing, mut person) = (0.0f32, 0.0f32);
    for object in &evidence.objects {
        let Some(number) = lexicon.object(object.name) else {
            continue;
        };
        if mentions.iter().any(|mention| mention.noun.extent.has_object(number)) {
            continue;
        }
        let prominence = object.score * evidence.share(object.bbox).sqrt();
        let most = if object.name == "person" {
            &mut person
        } else {
            &mut thing
        };
        *most = most.max(prominence);
    }
    (thing, person)
}

/// The greatest summed tag probability, 0 to 1, among the nameable concepts that the caption leaves out.
fn unmentioned_tag(lexicon: &Lexicon, seen: &Seen, mentions: &[Mention<'_>]) -> f32 {
    let left_out = lexicon
        .concepts()
        .iter()
        .filter(|concept| concept.said && !is_mentioned(&concept.extent, mentions));
    left_out
        .map(|concept| seen.by_tags(&concept.extent))
        .fold(0.0, f32::max)
}

/// The share of the caption's nouns that an alternative also has, averaged over the alternatives, 0 to 1; 0.5 if there
/// is nothing to compare.
fn agreement(mentions: &[Mention<'_>], alternatives: &[String], lexicon: &Lexicon) -> f32 {
    let nouns: Vec<_> = mentions.iter().filter(|mention| !mention.words.is_empty()).collect();
    if nouns.is_empty() || alternatives.is_empty() {
        return 0.5;
    }
    let shares: Vec<f32> = alternatives
        .iter()
        .map(|alternative| {
            let words: Vec<&str> = alternative.split_whitespace().collect();
            let others = lexicon.mentions(&words);
            let same = nouns
                .iter()
                .filter(|noun| others.iter().any(|other| other.name == noun.name))
                .count();
            same as f32 / nouns.len() as f32
        })
        .collect();
    mean(&shares)
}

/// Entropy of the class probabilities in nats; 0 without tags.
fn entropy(classes: &[f32]) -> f32 {
    classes.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum()
}
