//! From the command line to the command.

use clap::Parser;
use eyebright_domain::Request;

use crate::ending::Ending;
use crate::options::{Cli, Command, Packs};
use crate::{ask, bench, describe, embed, find, listen, packs, read};

/// What is to follow.
pub enum Outcome {
    /// Nothing: the command has ended.
    Ended(Ending),
    /// The app is to be opened, or told.
    Desktop(Request),
}

/// Reads the command line and runs one command to its end; what concerns the app is handed back. Wrong usage ends the program, with
/// clap's message and exit code 2.
pub fn run() -> Outcome {
    let Some(command) = Cli::parse().command else {
        // Clap asks for a command where there is no app.
        return Outcome::Desktop(Request::default());
    };
    Outcome::Ended(match command {
        #[cfg(feature = "desktop")]
        Command::Open(open) => return Outcome::Desktop(open.into()),
        #[cfg(feature = "desktop")]
        Command::Do(what) => return Outcome::Desktop(what.into()),
        Command::Describe(options) => describe::run(&options),
        Command::Read(options) => read::run(&options),
        Command::Find(options) => find::run(&options),
        Command::Ask(options) => ask::run(&options),
        Command::Embed(options) => embed::run(&options),
        Command::Listen(options) => listen::run(&options),
        Command::Packs(Packs::List) => packs::list(),
        Command::Packs(Packs::Fetch { name }) => packs::fetch(&name),
        Command::Packs(Packs::Remove { name }) => packs::remove(&name),
        Command::Packs(Packs::Convert { folder, to, out }) => packs::convert(&folder, &to, &out),
        Command::Packs(Packs::Verify { pack }) => packs::verify(&pack),
        Command::Bench(options) => bench::run(&options),
    })
}
