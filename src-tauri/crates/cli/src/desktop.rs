//! Options of the commands that need the desktop app or the screen.

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use eyebright_assistant::inputs::Input;
use eyebright_domain::Action;

use crate::taken::{self, Area};

/// `open`.
#[derive(Debug, Args)]
pub struct Open {
    /// Picture files or folders to describe
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Start without showing the window
    #[arg(long)]
    pub hidden: bool,
}

/// `do`.
#[derive(Debug, Args)]
pub struct Do {
    /// What to do. Give this command to a key in the settings of a desktop that lets Eyebright have no keys of its own
    #[arg(value_enum)]
    pub action: ActionName,
}

/// The screen and the clipboard, as inputs.
#[derive(Debug, Args)]
pub struct Taken {
    /// The copied picture, or the copied picture files
    #[arg(long)]
    clipboard: bool,
    /// The screen
    #[arg(long)]
    screen: bool,
    /// The active window
    #[arg(long)]
    window: bool,
    /// A part of the screen, in pixels
    #[arg(long, value_name = "X,Y,W,H")]
    region: Option<Area>,
}

impl Taken {
    /// Captures the inputs now, because the screen may change while the model loads.
    pub fn inputs(&self) -> Vec<Input> {
        let mut found = Vec::new();
        if self.clipboard {
            found.extend(taken::clipboard());
        }
        if self.screen {
            found.push(taken::screen());
        }
        if self.window {
            found.push(taken::window());
        }
        found.extend(self.region.map(taken::region));
        found
    }
}

/// What the app can do, by its name on the command line: "alt-text", or as the settings write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionName(Action);

impl ValueEnum for ActionName {
    fn value_variants<'a>() -> &'a [Self] {
        static NAMES: LazyLock<Vec<ActionName>> = LazyLock::new(|| Action::ALL.map(ActionName).into());
        &NAMES
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let name = self.0.name();
        let spelled = name.replace('_', "-");
        let value = PossibleValue::new(spelled.clone()).help(self.0.about());
        Some(if spelled == name { value } else { value.alias(name) })
    }
}

impl From<ActionName> for Action {
    fn from(name: ActionName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_can_be_asked_for_in_either_spelling() {
        for action in Action::ALL {
            for name in [action.name().to_owned(), action.name().replace('_', "-")] {
                assert_eq!(ActionName::from_str(&name, false), Ok(ActionName(action)), "{name}");
            }
        }
    }
}
