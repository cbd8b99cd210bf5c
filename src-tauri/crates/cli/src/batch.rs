//! Runs a command over many pictures in parallel. Reports results in input order; Ctrl-C stops it cleanly.

use std::io;
use std::ops::ControlFlow;
use std::thread;

use eyebright_assistant::inputs::Input;
use eyebright_domain::Fault;
use eyebright_models::Cancel;

use crate::ending::Ending;
use crate::output::{Output, complain};
use crate::progress::Progress;
use crate::record::{Failed, json};
use crate::{interrupt, ordered};

/// The pictures of one command.
pub struct Batch {
    /// The inputs, in the order of the command line.
    pub inputs: Vec<Input>,
    /// True if results are printed as JSON.
    pub json: bool,
    /// Cancelled by Ctrl-C.
    pub cancel: Cancel,
}

impl Batch {
    /// Prepares a run and installs the handler for Ctrl-C.
    pub fn new(inputs: Vec<Input>, json: bool) -> Self {
        Self {
            inputs,
            json,
            cancel: interrupt::cancel_on_interrupt(),
        }
    }

    /// Runs `work` on every input in parallel and calls `show` with each result, in input order. Reports failures
    /// itself.
    ///
    /// `show` returns false if something failed; an I/O error from it means that nobody reads the output any more.
    pub fn run<R: Send>(
        &self,
        work: impl Fn(&Input) -> Result<R, Fault> + Sync,
        mut show: impl FnMut(&Input, Option<R>, &mut Output) -> io::Result<bool>,
    ) -> Ending {
        let mut output = Output::new();
        let mut progress = Progress::new(self.inputs.len());
        let mut ending = Ending::Done;
        let work = |input: &Input| {
            if self.cancel.is_cancelled() {
                None
            } else {
                Some(work(input))
            }
        };
        ordered::for_each(&self.inputs, workers(), work, |input, result| {
            let written = progress.aside(|| match result {
                // Skipped or interrupted by Ctrl-C: not a failure of the picture.
                None => Ok(true),
                Some(Err(fault)) if fault.code == "cancelled" => Ok(true),
                Some(Ok(result)) => show(input, Some(result), &mut output),
                Some(Err(fault)) => self
                    .report(input, &fault, &mut output)
                    .and_then(|()| show(input, None, &mut output))
                    .map(|_| false),
            });
            progress.step();
            match written {
                Ok(true) => {}
                Ok(false) => ending = Ending::Failed,
                // The reader has closed the pipe, as `head` does: stop, without an error.
                Err(_) => return ControlFlow::Break(()),
            }
            ControlFlow::Continue(())
        });
        if self.cancel.is_cancelled() {
            Ending::Interrupted
        } else {
            ending
        }
    }

    /// Reports a fault that prevents the whole run: as JSON for every input, else once.
    pub fn fail(&self, fault: &Fault) -> Ending {
        if self.json {
            let mut output = Output::new();
            // If nobody reads the output, the ending is the same.
            let _ = self
                .inputs
                .iter()
                .try_for_each(|input| self.report(input, fault, &mut output));
        } else {
            complain(&fault.message);
        }
        Ending::Failed
    }

    fn report(&self, input: &Input, fault: &Fault, output: &mut Output) -> io::Result<()> {
        if self.json {
            let file = &input.name();
            return output.line(&json(&Failed { file, error: fault }));
        }
        complain(&format!("{}: {}", input.label(), fault.message));
        Ok(())
    }
}

/// Number of pictures processed at once: one for each core.
fn workers() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
