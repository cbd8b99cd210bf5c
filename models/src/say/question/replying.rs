//! Chooses the reply to a question about a thing, the whole picture or an unknown word.

use super::scene::{Found, Scene, Sure};
use crate::evidence::Evidence;
use crate::evidence::lexicon::{Concept, Mention};
use crate::evidence::place::Place;
use crate::say::form::Form;
use crate::say::language::Language;
use crate::say::reply::{Amount, Reply};
use crate::sight::objects::Object;

/// Maximum number of things named in one answer.
const NAMED: usize = 4;
/// An object whose box covers more than this share fills the picture and has no place in it.
const FILLS: f32 = 0.7;

impl<'s> Amount<'s> {
    fn of(found: &Found<'s>) -> Self {
        Self {
            concept: found.concept,
            count: found.objects.len().max(1),
            is_sure: found.sure == Sure::Yes,
        }
    }
}

/// The reply to a question about a thing. `is_narrower`: the word that was used is more specific than the concept.
pub fn of_thing<'s>(form: Form, concept: &'s Concept, is_narrower: bool, scene: &'s Scene<'_>) -> Reply<'s> {
    if !scene.has_things() {
        return Reply::NotLookedFor(scene.evidence.pixels.kind);
    }
    let found = scene.find(concept);
    if found.sure == Sure::No {
        return match scene.find_wider(concept) {
            Some(wider) => Reply::OfWhatKind(Amount::of(&wider)),
            None if scene.is_detected(concept) => Reply::Nothing(concept),
            None => Reply::OnlyAsMain(concept),
        };
    }
    let amount = Amount::of(&found);
    match form {
        Form::Presence | Form::Count if is_narrower => Reply::OfWhatKind(amount),
        Form::Presence => presence(&found, scene),
        Form::Count if found.objects.is_empty() => Reply::Uncounted(amount),
        Form::Count => Reply::AtLeast(Amount { concept, ..amount }),
        Form::Colour => match found.objects.first().map(|object| scene.colours_of(object)) {
            Some(colours) if !colours.is_empty() => Reply::ColoursOf(amount, colours),
            _ => Reply::Colours(scene.evidence.pixels.colours.clone()),
        },
        _ if found.objects.is_empty() => Reply::Somewhere(amount),
        Form::Place => {
            let share = scene.evidence.share(found.objects[0].bbox);
            Reply::Places(amount, places(&found.objects, scene.evidence), share > FILLS)
        }
        Form::Size => Reply::Share(amount, scene.evidence.share(found.objects[0].bbox)),
        Form::Kind | Form::Contents(_) | Form::Text(_) => Reply::Declined,
    }
}

/// The reply to whether a thing is there. If a general concept is asked for, it lists what was found: "Yes, a dog and a
/// cat" for animals.
fn presence<'s>(found: &Found<'s>, scene: &'s Scene<'_>) -> Reply<'s> {
    if found.sure != Sure::Yes {
        return Reply::Possibly(Amount::of(found));
    }
    let is_sure = |other: &Found<'_>| other.sure == Sure::Yes && other.concept.extent.is_within(&found.concept.extent);
    let mut there: Vec<Amount<'s>> = scene
        .all()
        .filter(is_sure)
        .take(NAMED)
        .map(|found| Amount::of(&found))
        .collect();
    if there.is_empty() {
        there.push(Amount::of(found));
    }
    Reply::There(there)
}

/// The thirds of the picture where the objects are, from left to right, each once.
fn places(objects: &[&Object], evidence: &Evidence) -> Vec<Place> {
    let mut places: Vec<Place> = objects
        .iter()
        .map(|object| Place::of(object, evidence.size.0))
        .collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// The reply to a question about the whole picture. `raw` is the evidence before it is weighed.
pub fn of_picture<'s>(form: Form, raw: &Evidence, scene: &'s Scene<'_>) -> Reply<'s> {
    let evidence = scene.evidence;
    match form {
        Form::Colour if !evidence.pixels.colours.is_empty() => Reply::Colours(evidence.pixels.colours.clone()),
        Form::Size => Reply::Size(evidence.size.0, evidence.size.1),
        Form::Kind => Reply::Kind(evidence.pixels.kind),
        Form::Contents(None) if !scene.has_things() => Reply::Kind(evidence.pixels.kind),
        Form::Contents(None) => {
            let description = scene.description(raw);
            let sentences =
                std::iter::once(description.sentence(Language::English)).chain(description.more(Language::English));
            let things = scene.all().take(NAMED).map(|found| Amount::of(&found)).collect();
            Reply::Contents(sentences.collect::<Vec<_>>().join(" "), things)
        }
        Form::Contents(Some(_)) if !scene.has_things() => Reply::NotLookedFor(evidence.pixels.kind),
        Form::Contents(Some(side)) => Reply::OnSide(side, on_side(side, scene)),
        _ => Reply::NothingMeant,
    }
}

fn on_side<'s>(side: Place, scene: &'s Scene<'_>) -> Vec<Amount<'s>> {
    let there = |found: Found<'s>| {
        let here = found
            .objects
            .iter()
            .filter(|object| Place::of(object, scene.evidence.size.0) == side)
            .count();
        (here > 0).then(|| Amount {
            count: here,
            ..Amount::of(&found)
        })
    };
    scene.all().filter_map(there).take(NAMED).collect()
}

/// The reply to a question about a word without a concept: the description if it is sure and mentions the word,
/// otherwise that the word is unknown.
pub fn of_word<'s>(word: &str, raw: &Evidence, scene: &Scene<'_>) -> Reply<'s> {
    let description = scene.description(raw);
    let said = description.sentence(Language::English);
    let sentence = said.to_lowercase();
    let words: Vec<&str> = sentence.trim_end_matches('.').split_whitespace().collect();
    let forms = scene.lexicon.forms(&word.to_lowercase());
    let is_it = |mention: &Mention<'_>| forms.iter().any(|form| form == mention.name);
    if description.sure && scene.has_things() && scene.lexicon.mentions(&words).iter().any(is_it) {
        Reply::Described(said)
    } else {
        Reply::Unknown(word.to_owned())
    }
}
