//! Lists and sentences, as English and German both write them.

/// Joins items by commas, the last one by `and`: "a", "a and b", "a, b and c".
pub fn listed<S: AsRef<str>>(items: &[S], and: &str) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
    }
}

/// Makes a text a sentence: capital letter, single spaces, no space before a comma, full stop.
pub fn sentence(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",");
    let text = text.trim_end_matches(['.', ',', ' ']);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    })
}
