//! The commands that concern the app.

use std::path::PathBuf;

use clap::{Args, Parser};

use super::{Cli, Command, Ending};
use crate::app;
use crate::inputs::{self, Area, Input};
use crate::output::complain;
use crate::session::Action;

/// `open`.
#[derive(Debug, Args)]
pub struct Open {
    /// Picture files or folders to describe
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Start without showing the window
    #[arg(long)]
    hidden: bool,
}

/// `do`.
#[derive(Debug, Args)]
pub struct Do {
    /// What to do. Give this command to a key in the settings of a desktop that lets Eyebright have no keys of its own
    #[arg(value_enum)]
    action: Action,
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
            found.extend(inputs::from_clipboard());
        }
        if self.screen {
            found.push(inputs::screen());
        }
        if self.window {
            found.push(inputs::window());
        }
        found.extend(self.region.map(inputs::region));
        found
    }
}

/// What a start of the app should bring, its first or a further one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Described at once.
    pub files: Vec<PathBuf>,
    /// The window stays out of sight.
    pub hidden: bool,
    /// Done at once.
    pub action: Option<Action>,
}

impl From<Open> for Request {
    fn from(open: Open) -> Self {
        Self {
            files: open.files,
            hidden: open.hidden,
            action: None,
        }
    }
}

impl From<Do> for Request {
    fn from(what: Do) -> Self {
        Self {
            files: Vec::new(),
            hidden: true,
            action: Some(what.action),
        }
    }
}

impl Request {
    /// Reads the arguments of a further start, which has checked them.
    pub fn from_arguments(arguments: &[String]) -> Self {
        match Cli::try_parse_from(arguments).map(|cli| cli.command) {
            Ok(Some(Command::Open(open))) => open.into(),
            Ok(Some(Command::Do(what))) => what.into(),
            _ => Self::default(),
        }
    }
}

/// Opens the app, or hands the request to the one that is open.
pub fn run(request: Request) -> Ending {
    match app::run(request) {
        Ok(()) => Ending::Done,
        Err(fault) => {
            complain(&fault.message);
            Ending::Failed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(words: &[&str]) -> Request {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        Request::from_arguments(&words)
    }

    #[test]
    fn a_further_start_is_understood() {
        assert_eq!(request(&["eyebright"]), Request::default());
        let files = request(&["eyebright", "open", "a b.png", "ü.jpg"]);
        assert_eq!(files.files, [PathBuf::from("a b.png"), PathBuf::from("ü.jpg")]);
        assert!(request(&["eyebright", "open", "--hidden"]).hidden);
        assert_eq!(
            request(&["eyebright", "do", "clipboard"]).action,
            Some(Action::Clipboard)
        );
    }
}
