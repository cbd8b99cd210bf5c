//! Words statements in German.

use super::grammar::{amount, colour, list, of_them, place};
use super::nouns::noun;
use crate::evidence::place::Place;
use crate::say::punctuation::sentence;
use crate::say::statement::{Amount, Caption, Distance, Heading, Statement};
use crate::sight::pixels::Kind;

/// The statement as a sentence. Lines of text are not changed.
pub fn say(statement: &Statement) -> String {
    let text = match statement {
        Statement::Black => "Das Bild ist schwarz; vielleicht ist der Bildschirmvorhang an".to_owned(),
        Statement::Noise => "Das Bild ist nur Rauschen; es ist nichts zu erkennen".to_owned(),
        Statement::Gradient(colours) => format!(
            "Das Bild ist leer; seine Farbe ändert sich gleichmäßig{}",
            mostly(colours)
        ),
        Statement::Blank(None) => "Das Bild ist leer".to_owned(),
        Statement::Blank(Some(found)) => format!("Das Bild ist leer, ganz {}", colour(found)),
        Statement::Kind(kind, colours) => format!("{}{}", of_kind(*kind), mostly(colours)),
        Statement::DrawingOf(colours, thing) => {
            let drawing = of_kind(Kind::Drawing);
            format!(
                "{drawing}{}; möglicherweise zu sehen: {}",
                mostly(colours),
                phrase(thing)
            )
        }
        Statement::Caption(caption) => return captioned(caption),
        Statement::Photo(things) => format!("Ein Foto: {}", phrases(things)),
        Statement::Possibly(things) => format!("Möglicherweise {}", phrases(things)),
        Statement::Unclear(colours, guess) => {
            let guess = guess
                .as_ref()
                .map(|thing| format!("möglicherweise zu sehen: {}", phrase(thing)));
            let guess = guess.unwrap_or_else(|| "was es zeigt, ist unklar".to_owned());
            format!("Ein Foto{}; {guess}", mostly(colours))
        }
        Statement::Placed(thing, places, distance) => placed(thing, places, *distance),
        Statement::Tags(tags) => {
            let name =
                |english: &String| noun(english).map_or_else(|| english.clone(), |noun| noun.singular.to_owned());
            let tag = |(english, score): &(String, f32)| format!("{} {:.0} Prozent", name(english), score * 100.0);
            format!("Schlagwörter: {}", tags.iter().map(tag).collect::<Vec<_>>().join(", "))
        }
        Statement::Colours(colours) => format!("Vor allem {}", colour_list(colours)),
        Statement::Size(width, height) => format!("Das Bild ist {width} Pixel breit und {height} hoch"),
        Statement::NoText => "Es ist kein Text darin zu erkennen".to_owned(),
        Statement::Heading(heading, text, sure, goes_on) => {
            let line = match heading {
                Heading::Only => "Darauf steht",
                Heading::Largest => "Die größte Zeile lautet",
                Heading::First => "Die erste Zeile lautet",
            };
            let perhaps = if *sure { "" } else { " vielleicht" };
            let end = if *goes_on { " und so weiter" } else { "" };
            format!("{line}{perhaps}: {text}{end}")
        }
        Statement::Lines(count) => format!("Es sind {count} Zeilen Text"),
        Statement::Buttons(labels, more) => buttons(labels, *more),
        Statement::TextFollows => return "Der Text:".to_owned(),
        Statement::Line(line) => return line.clone(),
    };
    sentence(&text)
}

/// A list of the caption's nouns that have a German name, each once. If none has, the statements to use instead of the
/// caption.
fn captioned(caption: &Caption) -> String {
    let mut named: Vec<String> = Vec::new();
    for thing in caption.nouns.iter().chain(&caption.also) {
        if noun(&thing.name).is_some() && !named.contains(&phrase(thing)) {
            named.push(phrase(thing));
        }
    }
    let begin = if caption.sure { "Ein Foto:" } else { "Möglicherweise" };
    match named.as_slice() {
        [] => caption.otherwise.iter().map(say).collect::<Vec<_>>().join(" "),
        _ => sentence(&format!("{begin} {}", list(&named))),
    }
}

fn of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Screenshot => "Ein Bildschirmfoto",
        Kind::Document => "Eine Seite Text",
        Kind::Drawing => "Eine Zeichnung oder ein Symbol",
        Kind::Photo => "Ein Foto",
        Kind::Blank | Kind::Black => "Ein leeres Bild",
    }
}

/// The colours as the end of a sentence: ", vor allem weiß und grau"; empty if there are none.
fn mostly(colours: &[&'static str]) -> String {
    if colours.is_empty() {
        String::new()
    } else {
        format!(", vor allem {}", colour_list(colours))
    }
}

fn colour_list(colours: &[&'static str]) -> String {
    list(&colours.iter().map(|found| colour(found)).collect::<Vec<_>>())
}

/// A thing with its places: "Ein Hund in der Mitte, nah." or "Drei Personen: zwei links und eine rechts."
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
            let part = |(third, count): &(Place, usize)| format!("{} {}", of_them(*count, &thing.name), place(*third));
            format!("{phrase}: {}", list(&places.iter().map(part).collect::<Vec<_>>()))
        }
    }
}

fn far(distance: Distance) -> &'static str {
    match distance {
        Distance::Near => ", nah",
        Distance::Between => "",
        Distance::Far => ", weit weg",
    }
}

/// The sentence about buttons: "Schaltflächen, wie es scheint: OK und Abbrechen."
fn buttons(labels: &[String], more: usize) -> String {
    let further = (more > 0).then(|| format!("{more} weitere"));
    let labels: Vec<&String> = labels.iter().chain(&further).collect();
    let buttons = if labels.len() == 1 {
        "Eine Schaltfläche"
    } else {
        "Schaltflächen"
    };
    format!("{buttons}, wie es scheint: {}", list(&labels))
}

fn phrase(thing: &Amount) -> String {
    amount(thing.count, &thing.name)
}

fn phrases(things: &[Amount]) -> String {
    list(&things.iter().map(phrase).collect::<Vec<_>>())
}
