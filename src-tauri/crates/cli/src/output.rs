//! Standard output, flushed after each line, so that a screen reader can read each result at once.

use std::io::{self, Write};

use eyebright_models::Language;

/// Language of the command line's output.
pub const LANGUAGE: Language = Language::English;

/// Writes whole lines. An error means that nobody reads them any more.
pub struct Output(io::Stdout);

impl Output {
    /// The standard output of this process.
    pub fn new() -> Self {
        Self(io::stdout())
    }

    /// Writes a line and flushes it.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        let mut out = self.0.lock();
        out.write_all(line.as_bytes())?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

/// Prints a message to standard error.
pub fn complain(message: &str) {
    // Ignore errors: there is nowhere else to report them.
    let _ = writeln!(io::stderr(), "eyebright: {message}");
}
