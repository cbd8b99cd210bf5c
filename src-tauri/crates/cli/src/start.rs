//! Turns command-line arguments into requests for the app.

use clap::Parser;
use eyebright_domain::Request;

use crate::desktop::{Do, Open};
use crate::options::{Cli, Command};

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
            action: Some(what.action.into()),
        }
    }
}

/// Parses the arguments of a second start of the program, which has already checked them.
pub fn further_start(arguments: &[String]) -> Request {
    match Cli::try_parse_from(arguments).map(|cli| cli.command) {
        Ok(Some(Command::Open(open))) => open.into(),
        Ok(Some(Command::Do(what))) => what.into(),
        _ => Request::default(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use eyebright_domain::Action;

    use super::*;

    fn request(words: &[&str]) -> Request {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        further_start(&words)
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
