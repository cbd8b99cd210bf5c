//! One run over many pictures: in parallel, reported in order, stopped cleanly.

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
    /// In the order of the command line.
    pub inputs: Vec<Input>,
    /// Whether standard output carries JSON.
    pub json: bool,
    /// Set by Ctrl-C.
    pub cancel: Cancel,
}

impl Batch {
    /// Takes over Ctrl-C.
    pub fn new(inputs: Vec<Input>, json: bool) -> Self {
        Self {
            inputs,
            json,
            cancel: interrupt::cancel_on_interrupt(),
        }
    }

    /// Runs `work` on every input and hands what came of it to `show`, in order. Failures are reported here.
    ///
    /// `show` returns whether all went well; its I/O errors mean that nobody reads the output any more.
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
                // Begun too late or cut short by Ctrl-C: not a failure of the picture.
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
                // `| head` has seen enough. Nothing failed, and there is nobody to tell.
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

    /// Nothing can be done at all: tells scripts so for every input, people once.
    pub fn fail(&self, fault: &Fault) -> Ending {
        if self.json {
            let mut output = Output::new();
            // Nobody reading is no reason for another ending.
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

/// Pictures at once: one for each core.
fn workers() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
