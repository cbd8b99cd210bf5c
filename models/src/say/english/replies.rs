//! Words replies in English.

use crate::evidence::lexicon::Concept;
use crate::evidence::main_colours;
use crate::say::form::Wanted;
use crate::say::reply::{Amount, Reply};
use crate::sight::pixels::{Colour, Kind};

use super::grammar;

/// Reminder that things can be missed.
const MAY_MISS: &str = "but I can miss things that are small or partly hidden";
/// Hint at the kind of model that can answer more questions.
const MORE: &str = "A model made for free questions, such as BLIP, could tell more.";

/// The reply as one or two sentences.
pub fn say(reply: &Reply<'_>) -> String {
    let text = match reply {
        Reply::There(amounts) => format!("Yes, {}", list(amounts)),
        Reply::Possibly(amount) => format!("Possibly {}, but I am not sure", phrase(amount)),
        Reply::AtLeast(amount) => at_least(amount),
        Reply::Uncounted(amount) => format!("{}, but I cannot count such things", maybe(amount)),
        Reply::Nothing(concept) => format!("I can make out no {}, {MAY_MISS}", many(concept)),
        Reply::OnlyAsMain(concept) => format!(
            "I can make out no {}, but I recognise such things only where they fill the picture",
            many(concept)
        ),
        Reply::OfWhatKind(amount) if amount.concept.name == "person" => format!(
            "{}, but I cannot tell men, women and children apart, or who somebody is",
            maybe(amount)
        ),
        Reply::OfWhatKind(amount) => format!("{}, but I cannot tell of what kind", maybe(amount)),
        Reply::Places(amount, _, true) => format!("{}; it fills most of the picture", maybe(amount)),
        Reply::Places(amount, places, false) => {
            let places: Vec<&str> = places.iter().map(|place| grammar::place(*place)).collect();
            format!("{} {}", maybe(amount), grammar::list(&places))
        }
        Reply::Somewhere(amount) => format!("{}, but I cannot tell where", maybe(amount)),
        Reply::ColoursOf(amount, found) => format!(
            "{}. Around the middle of {} the picture is {}",
            maybe(amount),
            if amount.count == 1 { "it" } else { "the likeliest" },
            grammar::list(found)
        ),
        Reply::Colours(found) => format!("The picture is {}", mostly(found)),
        Reply::Share(amount, share) => format!("{}; it fills {}", maybe(amount), part(*share)),
        Reply::Size(width, height) => format!("The picture is {width} pixels wide and {height} high"),
        Reply::Kind(found) => format!("It is {}", kind(*found)),
        Reply::NotLookedFor(Kind::Blank | Kind::Black) => {
            "The picture is empty: there is nothing to be seen".to_owned()
        }
        Reply::NotLookedFor(found) => format!("It is {}; I look for things only in photos and drawings", kind(*found)),
        Reply::Contents(sentences, _) => sentences.clone(),
        Reply::OnSide(side, amounts) if amounts.is_empty() => {
            format!("I can make out nothing {}, {MAY_MISS}", grammar::place(*side))
        }
        Reply::OnSide(side, amounts) => format!("{}: {}", grammar::place(*side), list(amounts)),
        Reply::Described(sentence) => format!("The description says: {sentence}"),
        Reply::NoReader => "The reader is not there yet: fetch the pack reader".to_owned(),
        Reply::FromModel(text) if text.is_empty() => {
            "The model has no answer to this question. Ask it in other words".to_owned()
        }
        Reply::FromModel(text) => return format!("Possibly {text}."),
        Reply::Text(wanted, found) => return text(*wanted, found),
        Reply::Unknown(word) => format!("I do not know how to recognise \u{201c}{word}\u{201d}. {MORE}"),
        Reply::NothingMeant => "I do not know what is meant. Name the thing, as in: where is the dog?".to_owned(),
        Reply::Declined => format!("I cannot tell: I know only things, their places, colours and text. {MORE}"),
    };
    grammar::sentence(&text)
}

fn at_least(amount: &Amount<'_>) -> String {
    let counted = format!(
        "{} {}",
        grammar::number(amount.count),
        match amount.count {
            1 => amount.concept.name.clone(),
            _ => grammar::plural(&amount.concept.name),
        }
    );
    match (amount.is_sure, amount.count) {
        (false, _) => format!("Possibly {counted}, but I am not sure"),
        (true, 1) => format!("I can make out {counted}; there may be more"),
        (true, _) => format!("I can make out at least {counted}"),
    }
}

/// The amount, after "possibly" if it is not sure: "two dogs", "possibly two dogs".
fn maybe(amount: &Amount<'_>) -> String {
    let phrase = phrase(amount);
    if amount.is_sure {
        phrase
    } else {
        format!("possibly {phrase}")
    }
}

fn phrase(amount: &Amount<'_>) -> String {
    grammar::amount(amount.count, &amount.concept.name, amount.concept.countable)
}

fn list(amounts: &[Amount<'_>]) -> String {
    grammar::list(&amounts.iter().map(maybe).collect::<Vec<_>>())
}

fn many(concept: &Concept) -> String {
    if concept.countable {
        grammar::plural(&concept.name)
    } else {
        concept.name.clone()
    }
}

fn mostly(found: &[Colour]) -> String {
    match (grammar::list(&main_colours(found)), found.first()) {
        (names, _) if !names.is_empty() => format!("mostly {names}"),
        (_, Some(first)) => format!("of many colours, {} above all", first.name),
        _ => "of many colours".to_owned(),
    }
}

fn part(share: f32) -> &'static str {
    match share {
        0.8.. => "nearly the whole picture",
        0.6.. => "most of the picture",
        0.42.. => "about half of the picture",
        0.29.. => "about a third of the picture",
        0.19.. => "about a quarter of the picture",
        0.07.. => "about a tenth of the picture",
        _ => "a small part of the picture",
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Photo => "a photo or a painting",
        Kind::Screenshot => "a screenshot",
        Kind::Document => "a page of text",
        Kind::Drawing => "a drawing or an icon",
        Kind::Blank => "a blank picture",
        Kind::Black => "a black picture; a screen curtain may be on",
    }
}

/// The found text, quoted line by line as it is written.
fn text(wanted: Wanted, found: &[String]) -> String {
    let (one, several) = match wanted {
        Wanted::Everything if found.is_empty() => {
            return "I find no text, but small or unusual writing can escape me.".to_owned();
        }
        Wanted::Everything => return format!("It says: {}", found.join("\n")),
        Wanted::Phone => ("telephone number", "Telephone numbers"),
        Wanted::Total => ("total", "Totals"),
        Wanted::Email => ("e-mail address", "E-mail addresses"),
        Wanted::Web => ("web address", "Web addresses"),
        Wanted::Date => ("date", "Dates"),
        Wanted::Buttons => ("button", "Buttons, it seems"),
    };
    match found {
        [] => format!("I find no {one} in the text."),
        [only] => format!("The {one}: {only}"),
        _ => format!("{several}: {}", found.join("; ")),
    }
}
