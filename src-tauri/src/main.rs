//! Joins the command line and the app: what the one does not do itself, the other does.

#[cfg(feature = "desktop")]
mod app;
#[cfg(feature = "desktop")]
mod contract;

use std::process::ExitCode;

use eyebright_cli::Outcome;
use eyebright_domain::Request;

fn main() -> ExitCode {
    eyebright_models::process::apply();
    // Wrong usage ends here, with clap's message and exit code 2.
    match eyebright_cli::run() {
        Outcome::Ended(ending) => ending.into(),
        Outcome::Desktop(request) => open(request),
    }
}

/// Opens the app, or hands the request to the one that is open.
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

/// Never called: the command line asks for a command where there is no app.
#[cfg(not(feature = "desktop"))]
fn open(_: Request) -> ExitCode {
    ExitCode::FAILURE
}
