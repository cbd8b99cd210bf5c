//! The kinds of questions that can be answered.

use crate::evidence::place::Place;

/// The kind of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Is a thing in the picture?
    Presence,
    /// How many of a thing are there?
    Count,
    /// Where is a thing?
    Place,
    /// What colours does a thing or the picture have?
    Colour,
    /// How large is a thing or the picture?
    Size,
    /// What kind of picture is it?
    Kind,
    /// What is in the picture, or in the given third of it?
    Contents(Option<Place>),
    /// What does the text in the picture say?
    Text(Wanted),
}

/// The part of the text that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Everything,
    /// Telephone numbers.
    Phone,
    /// The sum to pay.
    Total,
    /// E-mail addresses.
    Email,
    /// Web addresses.
    Web,
    /// Dates.
    Date,
    /// What the buttons of a window say.
    Buttons,
}
