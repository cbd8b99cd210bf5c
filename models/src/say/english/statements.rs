//! Words statements in English.

use super::captions::tidy;
use super::grammar::{amount, list, number, place, plural, sentence};
use crate::evidence::place::Place;
use crate::say::statement::{Amount, Caption, Distance, Heading, Statement};
use crate::sight::pixels::Kind;

/// The statement as a sentence. Lines of text are not changed.
pub fn say(statement: &Statement) -> String {
    let text = match statement {
        Statement::Black => "The picture is black; a screen curtain may be on".to_owned(),
        Statement::Noise => "The picture is only noise; nothing can be made out".to_owned(),
        Statement::Gradient(colours) => {
            format!("The picture is blank; its colour changes smoothly{}", mostly(colours))
        }
        Statement::Blank(None) => "The picture is blank".to_owned(),
        Statement::Blank(Some(colour)) => format!("The picture is blank, all {colour}"),
        Statement::Kind(kind, colours) => format!("{}{}", of_kind(*kind), mostly(colours)),
        Statement::DrawingOf(colours, thing) => {
            let drawing = of_kind(Kind::Drawing);
            format!("{drawing}{}; it may show {}", mostly(colours), phrase(thing))
        }
        Statement::Caption(caption) => captioned(caption),
        Statement::Photo(things) => format!("A photo of {}", phrases(things)),
        Statement::Possibly(things) => format!("Possibly {}", phrases(things)),
        Statement::Unclear(colours, guess) => {
            let guess = guess.as_ref().map(|thing| format!("it may show {}", phrase(thing)));
            let guess = guess.unwrap_or_else(|| "what it shows is unclear".to_owned());
            format!("A photo{}; {guess}", mostly(colours))
        }
        Statement::Placed(thing, places, distance) => placed(thing, places, *distance),
        Statement::Tags(tags) => {
            let tag = |(name, score): &(String, f32)| format!("{name} {:.0} percent", score * 100.0);
            format!("Tags: {}", tags.iter().map(tag).collect::<Vec<_>>().join(", "))
        }
        Statement::Colours(colours) => format!("Mostly {}", list(colours)),
        Statement::Size(width, height) => format!("The picture is {width} pixels wide and {height} high"),
        Statement::NoText => "No text can be made out in it".to_owned(),
        Statement::Heading(heading, text, sure, goes_on) => {
            let line = match heading {
                Heading::Only => "It",
                Heading::Largest => "Its largest line",
                Heading::First => "Its first line",
            };
            let says = if *sure { "says" } else { "may say" };
            let end = if *goes_on { " and so on" } else { "" };
            format!("{line} {says}: {text}{end}")
        }
        Statement::Lines(count) => format!("There are {count} lines of text"),
        Statement::Buttons(labels, more) => buttons(labels, *more),
        Statement::TextFollows => return "The text:".to_owned(),
        Statement::Line(line) => return line.clone(),
    };
    sentence(&text)
}

fn captioned(caption: &Caption) -> String {
    let text = tidy(&caption.text);
    let text = if caption.sure { text } else { format!("Possibly {text}") };
    match &caption.also {
        Some(thing) => format!("{text}; also {}", phrase(thing)),
        None => text,
    }
}

fn of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Screenshot => "A screenshot",
        Kind::Document => "A page of text",
        Kind::Drawing => "A drawing or an icon",
        Kind::Photo => "A photo",
        Kind::Blank | Kind::Black => "A blank picture",
    }
}

/// The colours as the end of a sentence: ", mostly white and grey"; empty if there are none.
fn mostly(colours: &[&str]) -> String {
    if colours.is_empty() {
        String::new()
    } else {
        format!(", mostly {}", list(colours))
    }
}

/// A thing with its places: "A dog in the middle, near." or "Three people: two on the left and one on the right."
fn placed(thing: &Amount, places: &[(Place, usize)], distance: Distance) -> String {
    let phrase = phrase(thing);
    match places {
        [] => phrase,
        [(only, _)] => format!("{phrase} {}{}", place(*only), far(distance)),
        _ if thing.count.is_none_or(|count| count > 4) => {
            let names: Vec<&str> = places.iter().map(|(third, _)| place(*third)).collect();
            format!("{phrase}, {}", list(&names))
        }
        _ => {
            let part = |(third, count): &(Place, usize)| format!("{} {}", number(*count), place(*third));
            format!("{phrase}: {}", list(&places.iter().map(part).collect::<Vec<_>>()))
        }
    }
}

fn far(distance: Distance) -> &'static str {
    match distance {
        Distance::Near => ", near",
        Distance::Between => "",
        Distance::Far => ", far away",
    }
}

/// The sentence about buttons: "It seems to have the buttons OK and Cancel."
fn buttons(labels: &[String], more: usize) -> String {
    let further = (more > 0).then(|| format!("{more} more"));
    let labels: Vec<&String> = labels.iter().chain(&further).collect();
    let buttons = if labels.len() == 1 { "button" } else { "buttons" };
    format!("It seems to have the {buttons} {}", list(&labels))
}

/// The thing with its count: "a dog", "two dogs"; "dogs" without a count.
fn phrase(thing: &Amount) -> String {
    match thing.count {
        Some(count) => amount(count, &thing.name, thing.countable),
        None if thing.countable => plural(&thing.name),
        None => thing.name.clone(),
    }
}

fn phrases(things: &[Amount]) -> String {
    list(&things.iter().map(phrase).collect::<Vec<_>>())
}
