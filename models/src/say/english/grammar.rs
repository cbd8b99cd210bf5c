//! English grammar: articles, plurals, amounts, lists and sentences.

use crate::evidence::place::Place;
use crate::say::punctuation::listed;
pub use crate::say::punctuation::sentence;

/// The phrase with its indefinite article: "a dog", "an apple", "an hourglass", "a unicycle".
pub fn with_article(phrase: &str) -> String {
    const SOUNDS_LIKE_YOU: [&str; 7] = ["uni", "use", "uku", "eu", "one", "ute", "once"];
    let lower = phrase.to_lowercase();
    let silent_h = ["hour", "honest", "heir"].iter().any(|start| lower.starts_with(start));
    let vowel =
        lower.starts_with(['a', 'e', 'i', 'o', 'u']) && !SOUNDS_LIKE_YOU.iter().any(|start| lower.starts_with(start));
    let article = if vowel || silent_h { "an" } else { "a" };
    format!("{article} {phrase}")
}

/// The plural of a phrase: "dogs", "people", "cups of coffee", "sheep".
pub fn plural(phrase: &str) -> String {
    if let Some((first, rest)) = phrase.split_once(" of ") {
        return format!("{} of {rest}", plural(first));
    }
    let (before, last) = phrase
        .rsplit_once(' ')
        .map_or(("", phrase), |(before, last)| (before, last));
    let plural = plural_word(last);
    if before.is_empty() {
        plural
    } else {
        format!("{before} {plural}")
    }
}

fn plural_word(word: &str) -> String {
    match word {
        "person" => "people".into(),
        "mouse" => "mice".into(),
        "goose" => "geese".into(),
        "child" => "children".into(),
        "foot" => "feet".into(),
        "ox" => "oxen".into(),
        "sheep" | "fish" | "scissors" | "skis" | "jeans" | "pajamas" | "sunglasses" | "binoculars" | "salmon"
        | "armor" => word.into(),
        "knife" | "wolf" | "shelf" | "loaf" => format!("{}ves", word.trim_end_matches("fe").trim_end_matches('f')),
        _ if word.ends_with("man") && word != "human" => format!("{}men", word.trim_end_matches("man")),
        _ if ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end)) => format!("{word}es"),
        _ => match word
            .strip_suffix('y')
            .filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u']))
        {
            Some(stem) => format!("{stem}ies"),
            None => format!("{word}s"),
        },
    }
}

/// A count with a name: "a dog", "two dogs", "several dogs", "many dogs". Counts above four are vague, since detectors
/// count badly beyond that.
pub fn amount(count: usize, name: &str, countable: bool) -> String {
    match count {
        _ if !countable => name.to_string(),
        0 | 1 => with_article(name),
        2..=4 => format!("{} {}", number(count), plural(name)),
        5..=8 => format!("several {}", plural(name)),
        _ => format!("many {}", plural(name)),
    }
}

/// The phrase for a third of the picture: "on the left".
pub const fn place(place: Place) -> &'static str {
    match place {
        Place::Left => "on the left",
        Place::Middle => "in the middle",
        Place::Right => "on the right",
    }
}

/// A number in words from "one" to "four", otherwise in digits.
pub fn number(count: usize) -> String {
    match count {
        1 => "one".into(),
        2 => "two".into(),
        3 => "three".into(),
        4 => "four".into(),
        _ => count.to_string(),
    }
}

/// Joins items into a list: "a", "a and b", "a, b and c".
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    listed(items, "and")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_follow_the_sound() {
        for (word, expected) in [
            ("dog", "a dog"),
            ("apple", "an apple"),
            ("hourglass", "an hourglass"),
            ("unicycle", "a unicycle"),
            ("umbrella", "an umbrella"),
            ("Old English sheepdog", "an Old English sheepdog"),
        ] {
            assert_eq!(with_article(word), expected);
        }
    }

    #[test]
    fn plurals() {
        for (one, many) in [
            ("dog", "dogs"),
            ("person", "people"),
            ("bus", "buses"),
            ("knife", "knives"),
            ("wolf", "wolves"),
            ("bench", "benches"),
            ("teddy bear", "teddy bears"),
            ("cup of coffee", "cups of coffee"),
            ("toy", "toys"),
            ("butterfly", "butterflies"),
            ("sheep", "sheep"),
            ("wine glass", "wine glasses"),
        ] {
            assert_eq!(plural(one), many);
        }
    }

    #[test]
    fn amounts() {
        assert_eq!(amount(1, "orange", true), "an orange");
        assert_eq!(amount(2, "person", true), "two people");
        assert_eq!(amount(6, "cup", true), "several cups");
        assert_eq!(amount(12, "book", true), "many books");
        assert_eq!(amount(3, "broccoli", false), "broccoli");
    }

    #[test]
    fn lists_and_sentences() {
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(sentence("a man , a dog  and a cat ."), "A man, a dog and a cat.");
        assert_eq!(sentence(""), "");
    }
}
