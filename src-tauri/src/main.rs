//! Entry point: runs the command line, and opens the app if that asks for it.

#[cfg(feature = "desktop")]
mod app;
#[cfg(feature = "desktop")]
mod contract;

use std::process::ExitCode;

use eyebright_cli::Outcome;
use eyebright_domain::Request;

fn main() -> ExitCode {
    eyebright_models::process::apply();
    // On wrong usage this exits with clap's message and code 2.
    match eyebright_cli::run() {
        Outcome::Ended(ending) => ending.into(),
        Outcome::Desktop(request) => open(request),
    }
}

/// Opens the app, or passes the request to the one that is already open.
#[cfg(feature = "desktop")]
fn open(request: Request) -> ExitCode {
    match app::run(request, eyebright_cli::further_start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eyebright_cli::complain(&fault.message);
            ExitCode::FAILURE
        }
    }
}

/// Never called: in builds without the app, the command line requires a command.
#[cfg(not(feature = "desktop"))]
fn open(_: Request) -> ExitCode {
    ExitCode::FAILURE
}
