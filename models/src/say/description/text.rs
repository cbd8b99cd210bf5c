//! Statements about the text in a picture: its heading, its buttons and all of its lines.

use super::description::Description;
use crate::say::language::Language;
use crate::say::statement::{Heading, Statement};
use crate::sight::ocr::Line;
use crate::sight::pixels::Kind;

/// Minimum height of a heading, relative to the median line.
const HEADING: f32 = 1.25;
/// Minimum score of a line that is quoted without doubt.
const SURE: f32 = 0.8;
/// Maximum number of characters of the quoted heading. Users who want all of the text ask for more.
const LONGEST: usize = 80;
/// Maximum number of buttons that are named.
const BUTTONS: usize = 5;

impl Description {
    /// Adds the lines of text that were read in the picture, in reading order.
    ///
    /// For a screenshot or a page the heading is added to what is spoken first. All lines are added to `everything`,
    /// before the rest of it.
    #[must_use]
    pub fn with_text(mut self, lines: Vec<Line>) -> Self {
        if is_of_text(self.kind) {
            self.first.extend(heading(&lines));
        }
        self.everything.splice(0..0, every_line(&lines));
        self.text = Some(lines);
        self
    }
}

/// True for screenshots and documents, pictures that consist mostly of text.
pub fn is_of_text(kind: Kind) -> bool {
    matches!(kind, Kind::Screenshot | Kind::Document)
}

/// Sentences that quote the largest line, or the first if none stands out, and tell the number of lines and the labels
/// of buttons.
pub fn headline(lines: &[Line], language: Language) -> String {
    let said = heading(lines)
        .iter()
        .map(|statement| statement.in_words(language))
        .collect::<Vec<_>>();
    said.join(" ")
}

/// Every line as a sentence of its own, so that a voice pauses between them.
pub fn all(lines: &[Line], language: Language) -> Vec<String> {
    every_line(lines)
        .iter()
        .map(|statement| statement.in_words(language))
        .collect()
}

fn heading(lines: &[Line]) -> Vec<Statement> {
    let mut heights: Vec<f32> = lines.iter().map(Line::height).collect();
    heights.sort_by(f32::total_cmp);
    let [.., highest] = heights[..] else {
        return vec![Statement::NoText];
    };
    let usual = heights[heights.len() / 2];
    let largest = lines
        .iter()
        .find(|line| line.height() > 0.9 * highest && line.height() >= HEADING * usual);
    let (which, line) = match largest {
        _ if lines.len() == 1 => (Heading::Only, &lines[0]),
        Some(line) => (Heading::Largest, line),
        None => (Heading::First, &lines[0]),
    };
    let (text, goes_on) = cut(&line.text);
    let mut said = vec![Statement::Heading(which, text, line.score >= SURE, goes_on)];
    said.extend((lines.len() > 1).then_some(Statement::Lines(lines.len())));
    said.extend(buttons(lines));
    said
}

/// A statement of the labels of buttons; None if there are no buttons.
fn buttons(lines: &[Line]) -> Option<Statement> {
    let mut labels: Vec<String> = lines
        .iter()
        .filter(|line| line.button && line.score >= SURE)
        .map(|line| line.text.clone())
        .collect();
    let more = labels.len().saturating_sub(BUTTONS);
    labels.truncate(BUTTONS);
    (!labels.is_empty()).then_some(Statement::Buttons(labels, more))
}

fn every_line(lines: &[Line]) -> Vec<Statement> {
    let begin = (!lines.is_empty()).then_some(Statement::TextFollows);
    let texts = lines.iter().map(|line| Statement::Line(line.text.clone()));
    begin.into_iter().chain(texts).collect()
}

/// Cuts a line to `LONGEST` characters, between words if possible. Returns the beginning and whether it was cut.
fn cut(text: &str) -> (String, bool) {
    if text.chars().count() <= LONGEST {
        return (text.to_owned(), false);
    }
    let mut length = 0;
    let fits = |word: &&str| {
        length += word.chars().count() + 1;
        length <= LONGEST
    };
    let words: Vec<&str> = text.split_inclusive(' ').take_while(fits).collect();
    let begin = if words.is_empty() {
        text.chars().take(LONGEST).collect()
    } else {
        words.concat()
    };
    (begin.trim_end().to_owned(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headline(lines: &[Line]) -> String {
        super::headline(lines, Language::English)
    }

    fn line(text: &str, height: f32) -> Line {
        Line {
            text: text.to_owned(),
            score: 0.95,
            bbox: [10.0, 20.0, 300.0, height],
            angle: 0.0,
            button: false,
        }
    }

    #[test]
    fn the_largest_line_is_told() {
        let lines = [line("Edit", 12.0), line("Settings", 30.0), line("Sound on", 12.0)];
        assert_eq!(
            headline(&lines),
            "Its largest line says: Settings. There are 3 lines of text."
        );
        assert_eq!(headline(&lines[1..2]), "It says: Settings.");
        assert_eq!(headline(&[]), "No text can be made out in it.");
    }

    #[test]
    fn where_no_line_stands_out_the_first_is_told_and_doubts_are_said() {
        let mut lines = [line("Dear Ms Smith,", 14.0), line("thank you for", 15.0)];
        lines[0].score = 0.6;
        assert_eq!(
            headline(&lines),
            "Its first line may say: Dear Ms Smith. There are 2 lines of text."
        );
    }

    #[test]
    fn buttons_are_named_after_the_text() {
        let button = |text| Line {
            button: true,
            ..line(text, 14.0)
        };
        let mut lines = vec![line("Save the page?", 14.0), button("Cancel"), button("Save")];
        assert!(headline(&lines).ends_with("There are 3 lines of text. It seems to have the buttons Cancel and Save."));
        lines.truncate(2);
        assert!(headline(&lines).ends_with("It seems to have the button Cancel."));
        lines[1].score = 0.6;
        assert!(headline(&lines).ends_with("There are 2 lines of text."));
        lines.extend(["A", "B", "C", "D", "E", "F", "G"].map(button));
        assert!(headline(&lines).ends_with("the buttons A, B, C, D, E and 2 more."));
    }

    #[test]
    fn a_long_line_is_cut_between_words() {
        let told = headline(&[line(&"word ".repeat(40), 14.0)]);
        assert!(told.ends_with("word and so on.") && told.len() < 110, "{told}");
        assert!(headline(&[line(&"x".repeat(500), 14.0)]).len() < 110);
    }

    #[test]
    fn a_slanting_line_is_no_higher_than_a_straight_one() {
        let slanting = Line {
            bbox: [0.0, 0.0, 300.0, 40.0],
            angle: 5.0,
            ..line("x", 14.0)
        };
        assert!(slanting.height() < 16.0, "{}", slanting.height());
        let upward = Line {
            bbox: [0.0, 0.0, 14.0, 300.0],
            angle: -90.0,
            ..line("x", 14.0)
        };
        assert!((upward.height() - 14.0).abs() < 0.1);
    }
}
