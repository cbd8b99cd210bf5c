//! The languages of the app.

use serde::{Deserialize, Serialize};

/// Language of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// The system's language.
    System,
    /// English.
    En,
    /// German.
    De,
}

impl Language {
    /// The language that is spoken: the chosen one, or the system's; English if the system's has no translation.
    #[must_use]
    pub fn spoken(self) -> eyebright_models::Language {
        match self {
            Self::De => eyebright_models::Language::German,
            Self::System if system_is_german() => eyebright_models::Language::German,
            Self::En | Self::System => eyebright_models::Language::English,
        }
    }
}

fn system_is_german() -> bool {
    sys_locale::get_locale().is_some_and(|locale| locale.to_lowercase().starts_with("de"))
}
