//! Words replies in German. Things are always in the nominative, the only case in the table of nouns.

use crate::evidence::lexicon::Concept;
use crate::evidence::main_colours;
use crate::say::form::Wanted;
use crate::say::punctuation::sentence;
use crate::say::reply::{Amount, Reply};
use crate::sight::pixels::{Colour, Kind};

use super::grammar::{self, colour, list, place, several};

/// Reminder that things can be missed.
const MAY_MISS: &str = "Kleines oder halb Verdecktes kann mir aber entgehen";
/// Hint at the kind of model that can answer more questions.
const MORE: &str = "Ein Modell für freie Fragen, wie BLIP, könnte mehr sagen.";

/// The reply as one or two sentences.
pub fn say(reply: &Reply<'_>) -> String {
    let text = match reply {
        Reply::There(amounts) => format!("Ja, {}", list_of(amounts)),
        Reply::Possibly(amount) => format!("Möglicherweise {}, sicher bin ich nicht", phrase(amount)),
        Reply::AtLeast(amount) => at_least(amount, &phrase(amount)),
        Reply::Uncounted(amount) => format!("{}; zählen kann ich so etwas nicht", maybe(amount)),
        Reply::Nothing(concept) => format!("{}; {MAY_MISS}", none(concept)),
        Reply::OnlyAsMain(concept) => {
            format!(
                "{}; so etwas erkenne ich aber nur, wenn es das Bild füllt",
                none(concept)
            )
        }
        Reply::OfWhatKind(amount) if amount.concept.name == "person" => format!(
            "{}; Männer, Frauen und Kinder kann ich nicht unterscheiden, und nicht sagen, wer jemand ist",
            maybe(amount)
        ),
        Reply::OfWhatKind(amount) => format!("{}; welcher Art, kann ich nicht sagen", maybe(amount)),
        Reply::Places(amount, _, true) => format!("{}, fast das ganze Bild füllend", maybe(amount)),
        Reply::Places(amount, places, false) => {
            let places: Vec<&str> = places.iter().map(|&found| place(found)).collect();
            format!("{} {}", maybe(amount), list(&places))
        }
        Reply::Somewhere(amount) => format!("{}; wo, kann ich nicht sagen", maybe(amount)),
        Reply::ColoursOf(amount, found) => colours_of(amount, found),
        Reply::Colours(found) => format!("Das Bild ist {}", mostly(found)),
        Reply::Share(amount, share) => format!("{}; das füllt {}", maybe(amount), part(*share)),
        Reply::Size(width, height) => format!("Das Bild ist {width} Pixel breit und {height} hoch"),
        Reply::Kind(found) => format!("Es ist {}", kind(*found)),
        Reply::NotLookedFor(Kind::Blank | Kind::Black) => "Das Bild ist leer, es ist nichts zu sehen".to_owned(),
        Reply::NotLookedFor(found) => format!("Es ist {}; Dinge suche ich nur in Fotos und Zeichnungen", kind(*found)),
        Reply::Contents(_, amounts) if amounts.is_empty() => format!("Ich erkenne nichts Bestimmtes; {MAY_MISS}"),
        Reply::Contents(_, amounts) => format!("Zu erkennen: {}", list_of(amounts)),
        Reply::OnSide(side, amounts) if amounts.is_empty() => {
            format!("{} ist nichts zu erkennen; {MAY_MISS}", place(*side))
        }
        Reply::OnSide(side, amounts) => format!("{}: {}", place(*side), list_of(amounts)),
        Reply::Described(sentence) => format!("Die Beschreibung lautet: {sentence}"),
        Reply::NoReader => "Der Leser ist noch nicht da: holen Sie das Paket reader".to_owned(),
        Reply::FromModel(text) if text.is_empty() => {
            "Das Modell hat keine Antwort auf diese Frage. Stellen Sie sie mit anderen Worten".to_owned()
        }
        Reply::FromModel(text) => return format!("Möglicherweise {text}."),
        Reply::Text(wanted, found) => return text(*wanted, found),
        Reply::Unknown(word) => format!("Wie ich \u{201e}{word}\u{201c} erkennen soll, weiß ich nicht. {MORE}"),
        Reply::NothingMeant => {
            "Ich weiß nicht, was gemeint ist. Nennen Sie das Ding, etwa: wo ist der Hund?".to_owned()
        }
        Reply::Declined => {
            format!("Das kann ich nicht sagen: ich kenne nur Dinge, ihren Ort, Farben und Text. {MORE}")
        }
    };
    sentence(&text)
}

/// The colours where a thing is: "Ein Auto. Um die Mitte davon ist das Bild rot".
fn colours_of(amount: &Amount<'_>, found: &[&'static str]) -> String {
    let of_it = if amount.count == 1 {
        "davon"
    } else {
        "des deutlichsten Fundes"
    };
    let colours: Vec<&str> = found.iter().map(|name| colour(name)).collect();
    format!(
        "{}. Um die Mitte {of_it} ist das Bild {}",
        maybe(amount),
        list(&colours)
    )
}

fn list_of(amounts: &[Amount<'_>]) -> String {
    list(&amounts.iter().map(maybe).collect::<Vec<_>>())
}

fn none(concept: &Concept) -> String {
    format!("Es sind keine {} zu erkennen", several(&concept.name))
}

fn at_least(amount: &Amount<'_>, phrase: &str) -> String {
    match (amount.is_sure, amount.count) {
        (false, _) => format!("Möglicherweise {phrase}, sicher bin ich nicht"),
        (true, 1) => format!("Zu erkennen ist {phrase}; es können mehr sein"),
        (true, _) => format!("Zu erkennen sind mindestens {phrase}"),
    }
}

fn maybe(amount: &Amount<'_>) -> String {
    let phrase = phrase(amount);
    if amount.is_sure {
        phrase
    } else {
        format!("möglicherweise {phrase}")
    }
}

/// A counted thing with its exact count: "ein Hund", "zwei Hunde", "7 Hunde".
fn phrase(amount: &Amount<'_>) -> String {
    match amount.count {
        1 => grammar::amount(Some(1), &amount.concept.name),
        count => format!("{} {}", grammar::number(count), several(&amount.concept.name)),
    }
}

fn mostly(found: &[Colour]) -> String {
    let large: Vec<&str> = main_colours(found).into_iter().map(colour).collect();
    match (large.as_slice(), found.first()) {
        ([], Some(first)) => format!("bunt, am meisten {}", colour(first.name)),
        ([], None) => "bunt".to_owned(),
        _ => format!("vor allem {}", list(&large)),
    }
}

fn part(share: f32) -> &'static str {
    match share {
        0.8.. => "fast das ganze Bild",
        0.6.. => "den größten Teil des Bildes",
        0.42.. => "etwa die Hälfte des Bildes",
        0.29.. => "etwa ein Drittel des Bildes",
        0.19.. => "etwa ein Viertel des Bildes",
        0.07.. => "etwa ein Zehntel des Bildes",
        _ => "einen kleinen Teil des Bildes",
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Photo => "ein Foto oder Gemälde",
        Kind::Screenshot => "ein Bildschirmfoto",
        Kind::Document => "eine Seite Text",
        Kind::Drawing => "eine Zeichnung oder ein Symbol",
        Kind::Blank => "ein leeres Bild",
        Kind::Black => "ein schwarzes Bild; vielleicht ist der Bildschirmvorhang an",
    }
}

/// The found text, quoted line by line as it is written.
fn text(wanted: Wanted, found: &[String]) -> String {
    let (one, several, no) = match wanted {
        Wanted::Everything if found.is_empty() => {
            return "Ich finde keinen Text; kleine oder ungewöhnliche Schrift kann mir aber entgehen.".to_owned();
        }
        Wanted::Everything => return format!("Da steht: {}", found.join("\n")),
        Wanted::Phone => ("Telefonnummer", "Telefonnummern", "keine Telefonnummer"),
        Wanted::Total => ("Summe", "Summen", "keine Summe"),
        Wanted::Email => ("E-Mail-Adresse", "E-Mail-Adressen", "keine E-Mail-Adresse"),
        Wanted::Web => ("Webadresse", "Webadressen", "keine Webadresse"),
        Wanted::Date => ("Datum", "Daten", "kein Datum"),
        Wanted::Buttons => ("Schaltfläche", "Wohl Schaltflächen", "keine Schaltfläche"),
    };
    match found {
        [] => format!("Im Text finde ich {no}."),
        [only] => format!("{one}: {only}"),
        _ => format!("{several}: {}", found.join("; ")),
    }
}
