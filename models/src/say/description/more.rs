//! Statements about things and where they are, for users who want more than one sentence.

use crate::evidence::place::Place;
use crate::evidence::{Evidence, Thing};
use crate::say::statement::{Amount, Distance, Statement};

/// Maximum number of statements about things: more cannot be kept in mind.
const MOST_THINGS: usize = 6;
/// Share of the picture from which on a thing is near, and share below which it is far.
const NEAR: f32 = 0.3;
const FAR: f32 = 0.015;

/// One statement for each of the first `MOST_THINGS` things that have boxes.
pub fn places(things: &[&Thing<'_>], evidence: &Evidence) -> Vec<Statement> {
    let with_box = things.iter().filter(|thing| !thing.objects.is_empty());
    with_box
        .take(MOST_THINGS)
        .map(|thing| placed(thing, evidence))
        .collect()
}

fn placed(thing: &Thing<'_>, evidence: &Evidence) -> Statement {
    let mut places: Vec<(Place, usize)> = Vec::new();
    for object in &thing.objects {
        let place = Place::of(object, evidence.size.0);
        match places.iter_mut().find(|(other, _)| *other == place) {
            Some((_, count)) => *count += 1,
            None => places.push((place, 1)),
        }
    }
    places.sort_unstable();
    let distance = match thing.objects.as_slice() {
        [only] => distance(evidence.share(only.bbox)),
        _ => Distance::Between,
    };
    Statement::Placed(amount(thing), places, distance)
}

/// Estimates the distance of a thing from the share of the picture it covers.
fn distance(share: f32) -> Distance {
    match share {
        NEAR.. => Distance::Near,
        ..FAR => Distance::Far,
        _ => Distance::Between,
    }
}

/// The thing with its counted objects; the count is 1 if only tags show it.
pub fn amount(thing: &Thing<'_>) -> Amount {
    Amount {
        name: thing.concept.name.clone(),
        count: Some(thing.objects.len().max(1)),
        countable: thing.concept.countable,
    }
}
