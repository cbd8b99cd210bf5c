//! Eyebright's command line: parses, runs one command, turns its end into an exit code.

mod alt_text;
#[cfg(feature = "desktop")]
mod app;
mod cli;
#[cfg(feature = "desktop")]
mod contract;
mod ears;
mod fault;
mod find;
// Only the app removes, grows and exports entries.
#[cfg_attr(not(feature = "desktop"), allow(dead_code, unused_imports))]
mod history;
#[cfg(feature = "desktop")]
mod hotkeys;
mod inputs;
mod interrupt;
#[cfg(feature = "desktop")]
mod lock;
mod npy;
mod ordered;
mod output;
mod packs;
#[cfg(feature = "desktop")]
mod platform;
mod progress;
mod record;
mod replace;
#[cfg(feature = "desktop")]
mod session;
#[cfg(feature = "desktop")]
mod settings;
mod stopwatch;
#[cfg(feature = "desktop")]
mod strings;
mod voice;
// The command line takes those of the history as they are.
#[cfg_attr(not(feature = "desktop"), allow(dead_code))]
mod words;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    eyebright_models::process::apply();
    // Wrong usage ends here, with clap's message and exit code 2.
    let cli = cli::Cli::parse();
    cli::run(cli).into()
}
