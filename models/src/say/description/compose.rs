//! Which statements evidence supports.
//!
//! Blank, black, noisy pictures, screenshots and documents are told from pixels and never captioned; photos are told in [`super::photo`].

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

/// Tags below this probability, and more than this many, are noise to a reader.
const TAG_SHOWN: f32 = 0.02;
const TAGS_SHOWN: usize = 10;
/// Objects below this probability are not reported.
const OBJECT_SHOWN: f32 = 0.35;
/// What pixels alone decide is right nearly always.
const BY_PIXELS: f32 = 0.98;

impl Description {
    /// Makes the description that `evidence` supports.
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

/// What is said of pictures that need no networks to be told; None for a photo.
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

/// Tags, colours and size.
fn everything(evidence: &Evidence, tags: &[Tag]) -> Vec<Statement> {
    let tag = |tag: &Tag| (tag.name.clone(), tag.score);
    let tags = (!tags.is_empty()).then(|| Statement::Tags(tags.iter().map(tag).collect()));
    let colours = main_colours(&evidence.pixels.colours);
    let colours = (!colours.is_empty()).then_some(Statement::Colours(colours));
    let size = Statement::Size(evidence.size.0, evidence.size.1);
    tags.into_iter().chain(colours).chain([size]).collect()
}
