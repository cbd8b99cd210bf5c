//! Composes a description of the statements that the evidence supports.
//!
//! Blank, black and noisy pictures, screenshots and documents are described from pixel statistics and never captioned.
//! Photos are described in [`super::photo`].

use super::description::Description;
use super::first::First;
use super::more::{amount, places};
use super::photo::photo;
use crate::evidence::calibration::Calibration;
use crate::evidence::lexicon::Lexicon;
use crate::evidence::{Evidence, Thing, main_colours, things};
use crate::say::statement::Statement;
use crate::sight::objects::Object;
use crate::sight::pixels::Kind;
use crate::sight::tags::Tag;

/// Minimum probability and maximum number of the tags that are reported.
const TAG_SHOWN: f32 = 0.02;
const TAGS_SHOWN: usize = 10;
/// Minimum probability of the objects that are reported.
const OBJECT_SHOWN: f32 = 0.35;
/// Confidence of descriptions from pixel statistics alone, which are nearly always right.
const BY_PIXELS: f32 = 0.98;

impl Description {
    /// Composes the description that `evidence`, not weighed yet, supports.
    pub fn compose(evidence: &Evidence, lexicon: &Lexicon, calibration: &Calibration) -> Self {
        let evidence = &evidence.weighed(lexicon, calibration);
        let seen = evidence.seen(lexicon);
        let things = things(evidence, &seen, lexicon, calibration, calibration.thresholds.faint);
        let first = by_pixels(evidence, &things, calibration)
            .unwrap_or_else(|| photo(evidence, &things, &seen, lexicon, calibration));
        let shown = matches!(evidence.pixels.kind, Kind::Photo | Kind::Drawing);
        let possible: Vec<&Thing<'_>> = things
            .iter()
            .filter(|thing| thing.probability >= calibration.thresholds.possible)
            .collect();
        let (mut tags, mut objects, mut more) = (Vec::new(), Vec::new(), Vec::new());
        if shown {
            tags = tags_shown(&evidence.tags);
            objects = objects_shown(&evidence.objects);
            more = places(&possible, evidence);
        }
        Self {
            kind: evidence.pixels.kind,
            sure: first.sure,
            confidence: first.confidence,
            caption: evidence.caption.as_ref().map(|caption| caption.text.clone()),
            everything: everything(evidence, &tags),
            tags,
            objects,
            text: None,
            moderation: None,
            first: first.statements,
            more,
        }
    }
}

/// The beginning of the description of everything but photos, from the kind and colours, and for drawings also the most
/// prominent thing. None for a photo.
fn by_pixels(evidence: &Evidence, things: &[Thing<'_>], calibration: &Calibration) -> Option<First> {
    let colours = main_colours(&evidence.pixels.colours);
    let possible = things
        .first()
        .filter(|thing| thing.probability >= calibration.thresholds.possible);
    if let (Kind::Drawing, Some(thing)) = (evidence.pixels.kind, possible) {
        return Some(First {
            statements: vec![Statement::DrawingOf(colours, amount(thing))],
            sure: false,
            confidence: thing.probability,
        });
    }
    let statement = match evidence.pixels.kind {
        Kind::Photo => return None,
        Kind::Black => Statement::Black,
        Kind::Blank if evidence.pixels.noise => Statement::Noise,
        Kind::Blank if evidence.pixels.gradient => Statement::Gradient(colours),
        Kind::Blank => Statement::Blank(colours.first().copied()),
        kind @ (Kind::Screenshot | Kind::Document | Kind::Drawing) => Statement::Kind(kind, colours),
    };
    Some(First {
        statements: vec![statement],
        sure: true,
        confidence: BY_PIXELS,
    })
}

fn tags_shown(tags: &[Tag]) -> Vec<Tag> {
    let mut shown: Vec<Tag> = tags.iter().filter(|tag| tag.score >= TAG_SHOWN).cloned().collect();
    shown.sort_by(|a, b| b.score.total_cmp(&a.score));
    shown.truncate(TAGS_SHOWN);
    shown
}

fn objects_shown(objects: &[Object]) -> Vec<Object> {
    let mut shown: Vec<Object> = objects
        .iter()
        .filter(|object| object.score >= OBJECT_SHOWN)
        .cloned()
        .collect();
    shown.sort_by(|a, b| b.score.total_cmp(&a.score));
    shown
}

/// Statements of the tags, colours and size.
fn everything(evidence: &Evidence, tags: &[Tag]) -> Vec<Statement> {
    let tag = |tag: &Tag| (tag.name.clone(), tag.score);
    let tags = (!tags.is_empty()).then(|| Statement::Tags(tags.iter().map(tag).collect()));
    let colours = main_colours(&evidence.pixels.colours);
    let colours = (!colours.is_empty()).then_some(Statement::Colours(colours));
    let size = Statement::Size(evidence.size.0, evidence.size.1);
    tags.into_iter().chain(colours).chain([size]).collect()
}
