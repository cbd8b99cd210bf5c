//! Objects and places, tags and colours in words, for who wants more than one sentence.

use crate::sight::pixels::Colour;

use super::words;
use crate::evidence::place::Place;
use crate::evidence::{Evidence, Thing};

/// At most so many sentences about things: more cannot be kept in mind.
const MOST_THINGS: usize = 6;

/// One sentence for each thing that has a box: "A dog in the middle, near." or "Three people: two on the left and one on the right."
pub fn places(things: &[Thing<'_>], evidence: &Evidence) -> Vec<String> {
    let with_box = things.iter().filter(|thing| !thing.objects.is_empty());
    with_box
        .take(MOST_THINGS)
        .map(|thing| words::sentence(&place(thing, evidence)))
        .collect()
}

fn place(thing: &Thing<'_>, evidence: &Evidence) -> String {
    let counted = &thing.objects;
    let mut places: Vec<(Place, usize)> = Vec::new();
    for object in counted {
        let place = Place::of(object, evidence.size.0);
        match places.iter_mut().find(|(other, _)| *other == place) {
            Some((_, count)) => *count += 1,
            None => places.push((place, 1)),
        }
    }
    places.sort_unstable();
    let phrase = words::thing(thing);
    match places.as_slice() {
        [] => phrase,
        [(place, 1)] => format!(
            "{phrase} {}{}",
            words::place(*place),
            distance(evidence.share(counted[0].bbox))
        ),
        [(place, _)] => format!("{phrase} {}", words::place(*place)),
        _ if counted.len() > 4 => format!(
            "{phrase}, {}",
            words::list(&places.iter().map(|(place, _)| words::place(*place)).collect::<Vec<_>>())
        ),
        _ => {
            let parts: Vec<String> = places
                .iter()
                .map(|(place, count)| format!("{} {}", words::number(*count), words::place(*place)))
                .collect();
            format!("{phrase}: {}", words::list(&parts))
        }
    }
}

/// Big is near and small is far; in between nothing is said.
fn distance(share: f32) -> &'static str {
    match share {
        0.3.. => ", near",
        ..0.015 => ", far away",
        _ => "",
    }
}

/// "brown and white", the colours that together make most of what was looked at; empty if there are none.
pub fn colours(colours: &[Colour]) -> String {
    let names: Vec<&str> = colours
        .iter()
        .filter(|colour| colour.share >= 0.15)
        .map(|colour| colour.name)
        .take(3)
        .collect();
    words::list(&names)
}
