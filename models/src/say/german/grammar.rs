//! German grammar: amounts, lists, colours and places. All sentences are built so that things are in the nominative.

use super::nouns::{Gender, Noun, noun};
use crate::evidence::place::Place;
use crate::say::punctuation::listed;

/// The German names of the colours of [`crate::sight::pixels`].
const COLOURS: [(&str, &str); 26] = [
    ("black", "schwarz"),
    ("dark grey", "dunkelgrau"),
    ("grey", "grau"),
    ("light grey", "hellgrau"),
    ("white", "weiß"),
    ("dark red", "dunkelrot"),
    ("red", "rot"),
    ("pink", "rosa"),
    ("orange", "orange"),
    ("dark brown", "dunkelbraun"),
    ("brown", "braun"),
    ("light brown", "hellbraun"),
    ("beige", "beige"),
    ("yellow", "gelb"),
    ("olive green", "olivgrün"),
    ("dark green", "dunkelgrün"),
    ("green", "grün"),
    ("light green", "hellgrün"),
    ("turquoise", "türkis"),
    ("dark turquoise", "dunkeltürkis"),
    ("light blue", "hellblau"),
    ("blue", "blau"),
    ("dark blue", "dunkelblau"),
    ("purple", "lila"),
    ("light purple", "helllila"),
    ("dark purple", "dunkellila"),
];

/// A count with a name: "ein Hund", "zwei Hunde", "mehrere Hunde", "viele Hunde", "Schnee"; "Hunde" if the count is
/// `None`. Without a German name, the English one is put in quotation marks.
pub fn amount(count: Option<usize>, english: &str) -> String {
    let Some(found) = noun(english) else {
        return format!("\u{201e}{english}\u{201c}");
    };
    let (Some(plural), false) = (found.plural, found.gender == Gender::Plural) else {
        return found.singular.to_owned();
    };
    match count {
        Some(0 | 1) => format!("{} {}", article(found), found.singular),
        Some(count @ 2..=4) => format!("{} {plural}", number(count)),
        Some(5..=8) => format!("mehrere {plural}"),
        Some(_) => format!("viele {plural}"),
        None => plural.to_owned(),
    }
}

/// The plural, or the singular of nouns that are not counted: "Hunde", "Schnee".
pub fn several(english: &str) -> String {
    amount(None, english)
}

/// A count as a pronoun for things that were just named: "einer", "eine", "eines", "zwei".
pub fn of_them(count: usize, english: &str) -> String {
    match (count, noun(english).map(|noun| noun.gender)) {
        (0 | 1, Some(Gender::Masculine)) => "einer".to_owned(),
        (0 | 1, Some(Gender::Neuter)) => "eines".to_owned(),
        (0 | 1, _) => "eine".to_owned(),
        _ => number(count),
    }
}

fn article(noun: Noun) -> &'static str {
    if noun.gender == Gender::Feminine { "eine" } else { "ein" }
}

/// A number in words from "zwei" to "vier", otherwise in digits.
pub fn number(count: usize) -> String {
    match count {
        2 => "zwei".to_owned(),
        3 => "drei".to_owned(),
        4 => "vier".to_owned(),
        _ => count.to_string(),
    }
}

/// Joins items into a list: "a", "a und b", "a, b und c".
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    listed(items, "und")
}

/// The German name of a colour: "hellgrau" for "light grey".
pub fn colour(english: &'static str) -> &'static str {
    let row = COLOURS.iter().find(|(name, _)| *name == english);
    row.map_or(english, |(_, german)| german)
}

/// The phrase for a third of the picture: "links".
pub fn place(third: Place) -> &'static str {
    match third {
        Place::Left => "links",
        Place::Middle => "in der Mitte",
        Place::Right => "rechts",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_agree_with_gender_and_number() {
        let said = |count, english| amount(Some(count), english);
        assert_eq!(said(1, "dog"), "ein Hund");
        assert_eq!(said(1, "cat"), "eine Katze");
        assert_eq!(said(1, "horse"), "ein Pferd");
        assert_eq!(said(3, "person"), "drei Personen");
        assert_eq!(said(6, "cup"), "mehrere Tassen");
        assert_eq!(said(20, "book"), "viele Bücher");
        assert_eq!(said(3, "broccoli"), "Brokkoli");
        assert_eq!(amount(None, "dog"), "Hunde");
        assert_eq!(said(1, "wug"), "\u{201e}wug\u{201c}");
        assert_eq!(
            ["dog", "cat", "horse"].map(|english| of_them(1, english)),
            ["einer", "eine", "eines"]
        );
        assert_eq!(of_them(2, "dog"), "zwei");
    }
}
