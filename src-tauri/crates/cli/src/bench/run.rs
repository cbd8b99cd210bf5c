//! Runs the chosen benchmark and prints its report.

use serde::Serialize;

use super::{history, speed};
use crate::ending::Ending;
use crate::options::Bench;
use crate::output::{Output, complain};
use crate::record::json;

pub fn run(options: &Bench) -> Ending {
    let report = match options.history {
        Some(entries) => history::measure(entries, options).map(|report| told(&report, history::text, options)),
        None => speed::measure(options).map(|report| told(&report, speed::text, options)),
    };
    match report {
        Ok(text) => {
            // An error means that nobody reads the output any more.
            let _ = Output::new().line(&text);
            Ending::Done
        }
        Err(fault) => {
            complain(&fault.message);
            Ending::Failed
        }
    }
}

fn told<R: Serialize>(report: &R, text: fn(&R) -> String, options: &Bench) -> String {
    if options.json { json(report) } else { text(report) }
}
