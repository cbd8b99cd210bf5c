//! The commands that concern the app.

use std::path::PathBuf;

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
    /// Looks at once: by the time the model is loaded the screen may show something else.
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

/// What the app can do, by its name on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ActionName {
    /// Describe the screen
    Screen,
    /// Describe the active window
    Window,
    /// Choose a part of the screen, then describe it
    Region,
    /// Describe what was copied
    Clipboard,
    /// Ask about the current picture
    Ask,
    /// Say the last words again
    Repeat,
    /// Say more about the current picture
    More,
    /// Spell the last words
    Spell,
    /// Save the description in the picture's file, as its alt text
    AltText,
    /// Fall silent, give up what is under way
    Stop,
}

impl From<ActionName> for Action {
    fn from(name: ActionName) -> Self {
        match name {
            ActionName::Screen => Self::Screen,
            ActionName::Window => Self::Window,
            ActionName::Region => Self::Region,
            ActionName::Clipboard => Self::Clipboard,
            ActionName::Ask => Self::Ask,
            ActionName::Repeat => Self::Repeat,
            ActionName::More => Self::More,
            ActionName::Spell => Self::Spell,
            ActionName::AltText => Self::AltText,
            ActionName::Stop => Self::Stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_can_be_asked_for() {
        let named = ActionName::value_variants().iter().map(|name| Action::from(*name));
        assert_eq!(named.collect::<Vec<_>>(), Action::ALL);
    }
}
