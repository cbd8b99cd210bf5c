//! Progress of a run over several pictures, on standard error.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::complain;

/// Interval between progress lines where there is no terminal: under the two seconds of silence that are allowed.
const EVERY: Duration = Duration::from_millis(1900);

/// Shows a bar on a terminal, lines elsewhere, nothing for a single picture.
pub enum Progress {
    /// No progress: a single picture takes too little time.
    Silent,
    /// A progress bar, on a terminal.
    Bar(ProgressBar),
    /// Lines, for a file, a pipe, or a speech-enabled terminal that records its output.
    Lines {
        /// Pictures done.
        done: usize,
        /// Pictures in all.
        total: usize,
        /// When the last line was written.
        last: Instant,
    },
}

impl Progress {
    /// Starts showing the progress of `total` pictures.
    pub fn new(total: usize) -> Self {
        if total < 2 {
            return Self::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines {
                done: 0,
                total,
                last: Instant::now(),
            };
        }
        let bar = ProgressBar::new(total as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} pictures, {eta} left") {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    /// Runs `write`, which writes to the terminal, with the bar hidden meanwhile.
    pub fn aside<R>(&self, write: impl FnOnce() -> R) -> R {
        match self {
            Self::Bar(bar) => bar.suspend(write),
            Self::Silent | Self::Lines { .. } => write(),
        }
    }

    /// Counts one more picture as done.
    pub fn step(&mut self) {
        match self {
            Self::Silent => {}
            Self::Bar(bar) => bar.inc(1),
            Self::Lines { done, total, last } => {
                *done += 1;
                if last.elapsed() >= EVERY {
                    *last = Instant::now();
                    complain(&format!("{done} of {total} pictures done."));
                }
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
