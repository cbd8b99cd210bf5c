//! Eyebright's command line: parses, runs one command, turns its end into an exit code.

mod cli;
mod fault;
mod inputs;
mod interrupt;
mod npy;
mod ordered;
mod output;
mod progress;
mod record;
mod stopwatch;
mod tuning;
mod voice;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    tuning::apply();
    // Wrong usage ends here, with clap's message and exit code 2.
    let cli = cli::Cli::parse();
    cli::run(cli.command).into()
}
