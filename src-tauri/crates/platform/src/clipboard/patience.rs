//! Waiting for another program, with a time limit.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use eyebright_domain::Fault;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::faults::{silent, unreadable};

/// How long a program may take to say what it offers: a live one answers at once.
pub(super) const TO_ANSWER: Duration = Duration::from_millis(1500);
/// How long it may take for the next piece of content: it may have to encode a large picture first.
pub(super) const TO_DELIVER: Duration = Duration::from_secs(5);
/// How long all pieces together may take.
pub(super) const TO_FINISH: Duration = Duration::from_secs(30);

/// Waits until there is something to read, or gives up at `deadline`.
pub(super) fn until_readable(source: impl AsFd, deadline: Instant) -> Result<(), Fault> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).map_err(|_| silent())?;
        match poll(&mut [PollFd::new(&source, PollFlags::IN)], Some(&timeout)) {
            Ok(0) => return Err(silent()),
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
}
