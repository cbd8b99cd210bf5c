//! What can be said of a picture, as it is spoken, shown and kept.

use eyebright_models::Description;
use serde::{Deserialize, Serialize};

/// What can be said of a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Said first.
    pub first: String,
    /// Whether that is said without "possibly".
    pub sure: bool,
    /// Said when asked for more.
    pub more: Vec<String>,
    /// Said when asked for still more.
    pub everything: Vec<String>,
}

impl From<Description> for Words {
    fn from(description: Description) -> Self {
        Self {
            first: description.sentence,
            sure: description.sure,
            more: description.more,
            everything: description.everything,
        }
    }
}
