//! Finds telephone numbers, totals, addresses, dates and buttons in the text of a picture with regular expressions.

use regex::Regex;

use crate::say::form::Wanted;
use crate::sight::ocr::Line;

/// A line of text in a picture; lines come in reading order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextLine<'l> {
    /// The text of the line.
    pub text: &'l str,
    /// x, y, width and height of the line in pixels of the picture.
    pub bbox: [f32; 4],
    /// True if the line is in a box like that of a button.
    pub button: bool,
}

impl<'l> From<&'l Line> for TextLine<'l> {
    fn from(line: &'l Line) -> Self {
        Self {
            text: &line.text,
            bbox: line.bbox,
            button: line.button,
        }
    }
}

/// Groups of digits that may be a telephone number, to be filtered afterwards.
const DIGITS: &str = r"[+(]{0,2}\d[\d ()/.-]{5,24}\d";
/// Digits that look like a telephone number: they begin with a country code, a zero or an area code in brackets, or are
/// groups of three, three and four digits.
const DIALLED: &str = r"^(?:\+|\(|0|[2-9]\d\d[ .-]\d{3}[ .-]\d{4}$)";
/// Words that mark the digits of a line as a telephone number.
const CALL: &str = r"(?i)\b(?:tel\w*|phone|fon|call|mobile?|handy|ruf\w*)\b";
const EMAIL: &str = r"[\p{L}\d._%+-]+ ?@ ?[\p{L}\d-]+(?:\.[\p{L}\d-]+)*\.\p{L}{2,}";
const WEB: &str = concat!(
    r"(?i)(?:https?://|www\.)[^\s,;]+",
    r"|\b[a-z\d-]+(?:\.[a-z\d-]+)*\.(?:com|org|net|info|eu|de|at|ch|uk|io)\b(?:/[^\s,;]*)?",
);
const DATE: &str = concat!(
    r"(?i)\b(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./-] ?\d{1,2}[./-] ?(?:\d{4}|\d{2})",
    r"|\d{1,2}\.? ?(?:jan|feb|mär|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec)\p{L}*\.?,? \d{4}",
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}*\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})\b",
);
const AMOUNT: &str =
    r"(?:(?:[€$£]|EUR|USD|CHF) ?)?\b\d{1,3}(?:(?:[.,' ]\d{3})+|\d*)[.,]\d{2}\b(?: ?(?:€|\$|£|EUR|USD|CHF))?";
const TOTAL: &str =
    r"(?i)\b(?:total|sum|summe|gesamt\p{L}*|endbetrag|rechnungsbetrag|zu zahlen|amount due|balance due|to pay)\b";
/// Words that mark a subtotal or a tax, not the total.
const PART: &str = r"(?i)sub ?-?total|zwischensumme|\btax|mwst|\bust\b|\bvat\b|netto";

/// Finds the wanted part of the text, as it is written there, without duplicates; empty if it is not there.
pub fn find(wanted: Wanted, lines: &[TextLine<'_>]) -> Vec<String> {
    let mut found = match wanted {
        Wanted::Everything => lines.iter().map(|line| line.text.trim().to_owned()).collect(),
        Wanted::Phone => lines.iter().flat_map(|line| phones(line.text)).collect(),
        Wanted::Email => matches(EMAIL, lines).map(|address| address.replace(' ', "")).collect(),
        // E-mail addresses are removed first: "example.org" in "anna@example.org" is not a web address.
        Wanted::Web => {
            let without: Vec<String> = lines.iter().map(|line| without(EMAIL, line.text)).collect();
            without
                .iter()
                .flat_map(|text| all(WEB, text))
                .map(|address| address.trim_end_matches('.').to_owned())
                .collect()
        }
        Wanted::Date => matches(DATE, lines).collect(),
        Wanted::Total => totals(lines),
        Wanted::Buttons => lines
            .iter()
            .filter(|line| line.button)
            .map(|line| line.text.trim().to_owned())
            .collect(),
    };
    found.retain(|text: &String| !text.is_empty());
    if wanted != Wanted::Everything {
        let mut seen = std::collections::HashSet::new();
        found.retain(|text| seen.insert(text.clone()));
    }
    found
}

fn phones(text: &str) -> Vec<String> {
    let is_called = has(CALL, text);
    let text = without(DATE, &without(EMAIL, text));
    let is_phone = |digits: &String| {
        let count = digits.chars().filter(char::is_ascii_digit).count();
        (7..=15).contains(&count) && !has(&format!("^{AMOUNT}$"), digits) && (is_called || has(DIALLED, digits))
    };
    all(DIGITS, &text)
        .map(|digits| digits.trim_end_matches([' ', '-', '.']).to_owned())
        .filter(is_phone)
        .collect()
}

/// The lines that name the total, with their amounts, which may be to the right of or below them.
fn totals(lines: &[TextLine<'_>]) -> Vec<String> {
    let names_it = |line: &TextLine<'_>| has(TOTAL, line.text) && !has(PART, line.text);
    let named = lines.iter().enumerate().filter(|(_, line)| names_it(line));
    named
        .filter_map(|(number, line)| {
            if has(AMOUNT, line.text) {
                return Some(line.text.trim().to_owned());
            }
            let beside = lines
                .iter()
                .filter(|other| other.bbox[0] > line.bbox[0] && is_beside(line, other));
            let amount = beside
                .chain(lines.get(number + 1))
                .find_map(|other| all(AMOUNT, other.text).next())?;
            Some(format!("{} {}", line.text.trim(), amount.trim()))
        })
        .collect()
}

/// True if the vertical middle of `other` lies within the height of `line`.
fn is_beside(line: &TextLine<'_>, other: &TextLine<'_>) -> bool {
    let middle = other.bbox[1] + other.bbox[3] / 2.0;
    (line.bbox[1]..line.bbox[1] + line.bbox[3]).contains(&middle)
}

fn matches<'l>(pattern: &str, lines: &[TextLine<'l>]) -> impl Iterator<Item = String> + use<'l> {
    let found: Vec<String> = lines.iter().flat_map(|line| all(pattern, line.text)).collect();
    found.into_iter()
}

/// All matches of a pattern in a text. A pattern that does not compile has none; a test compiles them all.
fn all(pattern: &str, text: &str) -> impl Iterator<Item = String> + use<> {
    let found: Vec<String> = Regex::new(pattern)
        .map(|pattern| pattern.find_iter(text).map(|found| found.as_str().to_owned()).collect())
        .unwrap_or_default();
    found.into_iter()
}

fn has(pattern: &str, text: &str) -> bool {
    all(pattern, text).next().is_some()
}

fn without(pattern: &str, text: &str) -> String {
    all(pattern, text).fold(text.to_owned(), |text, part| text.replace(&part, " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines<'l>(texts: &[&'l str]) -> Vec<TextLine<'l>> {
        let line = |(row, text): (usize, &&'l str)| TextLine {
            text,
            bbox: [10.0, 30.0 * row as f32, 200.0, 20.0],
            button: false,
        };
        texts.iter().enumerate().map(line).collect()
    }

    #[test]
    fn every_pattern_compiles() {
        for pattern in [DIGITS, DIALLED, CALL, EMAIL, WEB, DATE, AMOUNT, TOTAL, PART] {
            assert!(Regex::new(pattern).is_ok(), "{pattern}");
        }
        assert!(Regex::new(&format!("^{AMOUNT}$")).is_ok());
    }

    #[test]
    fn telephone_numbers_are_told_from_other_digits() {
        for (text, number) in [
            ("Call +49 (0)30 1234-567 now", "+49 (0)30 1234-567"),
            ("Tel.: 030/12 34 56 78", "030/12 34 56 78"),
            ("555-123-4567", "555-123-4567"),
            ("(555) 123-4567", "(555) 123-4567"),
            ("Telefon 98765432", "98765432"),
        ] {
            assert_eq!(find(Wanted::Phone, &lines(&[text])), [number]);
        }
        for text in [
            "12.04.2024",
            "2024-04-12",
            "Invoice 20240412",
            "1.234.567,00 EUR",
            "IBAN DE12 3456",
            "no digits",
            "4711",
        ] {
            assert_eq!(find(Wanted::Phone, &lines(&[text])), [] as [&str; 0], "{text}");
        }
    }

    #[test]
    fn the_total_is_the_line_that_names_it() {
        let receipt = lines(&["Milk 1.20", "Subtotal 3.40", "Tax 0.24", "TOTAL $ 3.64", "Cash 5.00"]);
        assert_eq!(find(Wanted::Total, &receipt), ["TOTAL $ 3.64"]);
        assert_eq!(
            find(Wanted::Total, &lines(&["Summe EUR", "12,90"])),
            ["Summe EUR 12,90"]
        );
        let mut beside = lines(&["Bread", "Gesamtbetrag", "4,20", "1.234,50 €"]);
        (beside[3].bbox[0], beside[3].bbox[1]) = (300.0, beside[1].bbox[1] + 2.0);
        assert_eq!(find(Wanted::Total, &beside), ["Gesamtbetrag 1.234,50 €"]);
        assert!(find(Wanted::Total, &lines(&["Milk 1.20", "Bread 2.20"])).is_empty());
    }

    #[test]
    fn addresses_and_dates_are_found() {
        let card = lines(&[
            "Anna Berg",
            "anna.berg @ example.org",
            "see www.example.com/a. or example.de",
            "12. März 2024, 3/4/24",
            "May 5, 2023",
        ]);
        assert_eq!(find(Wanted::Email, &card), ["anna.berg@example.org"]);
        assert_eq!(find(Wanted::Web, &card), ["www.example.com/a", "example.de"]);
        assert_eq!(find(Wanted::Date, &card), ["12. März 2024", "3/4/24", "May 5, 2023"]);
        assert_eq!(find(Wanted::Everything, &card).len(), 5);
    }
}
