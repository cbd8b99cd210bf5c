//! Tests questions about the text in a picture.

use super::*;

#[test]
fn text_is_answered_from_the_lines() {
    let texts = [
        "Café Berg",
        "Tel. 030 1234567",
        "Summe EUR 12,90",
        "info@berg.example.org",
    ];
    let lines = texts.map(|text| TextLine {
        text,
        bbox: [0.0; 4],
        button: text == "Café Berg",
    });
    for (question, expected) in [
        ("Read the phone number.", "The telephone number: 030 1234567"),
        ("What is the total?", "The total: Summe EUR 12,90"),
        (
            "Is there an e-mail address?",
            "The e-mail address: info@berg.example.org",
        ),
        ("What is the date?", "I find no date in the text."),
        ("Which buttons are there?", "The button: Café Berg"),
        ("Welche Schaltflächen gibt es?", "Schaltfläche: Café Berg"),
        ("Wie ist die Telefonnummer?", "Telefonnummer: 030 1234567"),
        ("Lies bitte die Telefonnummer vor", "Telefonnummer: 030 1234567"),
        ("Wie hoch ist die Summe?", "Summe: Summe EUR 12,90"),
        ("Gibt es eine E-Mail-Adresse?", "E-Mail-Adresse: info@berg.example.org"),
        ("Gibt es ein Datum?", "Im Text finde ich kein Datum."),
    ] {
        let answer = ask_with(&evidence(), Some(&lines), &[], question);
        assert_eq!(
            (answer.text.as_str(), answer.from),
            (expected, Basis::Text),
            "{question}"
        );
    }
    let all = ask_with(&evidence(), Some(&lines), &[], "What does the sign say?").text;
    assert_eq!(all, format!("It says: {}", texts.join("\n")));
    let none = ask_with(&evidence(), Some(&[]), &[], "Is there any text?");
    assert!(none.text.starts_with("I find no text"));
    assert!(ask_with(&evidence(), Some(&lines), &[], "Who wrote the text?").declined);
}
