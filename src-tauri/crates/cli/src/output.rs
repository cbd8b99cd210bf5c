//! Standard output, line by line, so that a reader hears each picture when it is ready.

use std::io::{self, Write};

use eyebright_models::Language;

/// In which the command line speaks.
pub const LANGUAGE: Language = Language::English;

/// Writes whole lines and tells when nobody reads them any more.
pub struct Output(io::Stdout);

impl Output {
    /// The process's own.
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

/// A message to the person.
pub fn complain(message: &str) {
    // Nobody may be reading standard error; there is nowhere else to say so.
    let _ = writeln!(io::stderr(), "eyebright: {message}");
}
