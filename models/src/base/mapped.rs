//! Files seen as bytes without being copied.

use std::fs::File;
use std::io;
use std::ops::Range;

use memmap2::{Mmap, MmapOptions};

/// Maps a part of a file. Its pages count as memory of the process only while the map lives.
pub(crate) fn map(file: &File, range: Range<u64>) -> io::Result<Mmap> {
    let length = usize::try_from(range.end - range.start).map_err(|_| io::ErrorKind::OutOfMemory)?;
    // SAFETY: a mapped file must not change while it is used; packs are written once, under another name, and then renamed.
    #[allow(unsafe_code)]
    unsafe {
        MmapOptions::new().offset(range.start).len(length).map(file)
    }
}

/// Maps a whole file.
pub(crate) fn map_all(file: &File) -> io::Result<Mmap> {
    map(file, 0..file.metadata()?.len())
}
