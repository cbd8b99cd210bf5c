//! What a question asks for.

use crate::evidence::place::Place;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Whether something is there.
    Presence,
    /// How many.
    Count,
    /// Where.
    Place,
    /// Which colours.
    Colour,
    /// How large.
    Size,
    /// What kind of picture.
    Kind,
    /// What there is, in the whole picture or in a third of it.
    Contents(Option<Place>),
    /// What is written.
    Text(Wanted),
}

/// What of the text is wanted.
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
