//! Parses the command line and runs the command.

use clap::Parser;
use eyebright_domain::Request;

use crate::ending::Ending;
use crate::options::{Cli, Command, Packs};
use crate::{ask, bench, describe, embed, find, listen, packs, read};

/// Result of [`run`].
pub enum Outcome {
    /// The command has been run.
    Ended(Ending),
    /// The caller must open the app, or pass the request to the running one.
    Desktop(Request),
}

/// Parses the command line and runs the command; requests for the app are returned. Wrong usage ends the process with
/// clap's message and exit code 2.
pub fn run() -> Outcome {
    let Some(command) = Cli::parse().command else {
        // Without a command the app opens. In builds without the app, clap requires one.
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
