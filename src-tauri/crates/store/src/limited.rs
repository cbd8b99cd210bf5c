//! Reads files and streams up to the size limit of a picture.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use eyebright_domain::Fault;
use eyebright_models::Limits;
use eyebright_models::PictureError;

/// Reads a whole file. Fails if it is larger than `limits.bytes`.
pub fn file(path: &Path, limits: &Limits) -> Result<Vec<u8>, Fault> {
    let file = File::open(path).map_err(|error| Fault::unreadable(&error))?;
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    read(file, length, limits)
}

/// Reads a source to its end. `length` is the expected number of bytes, 0 if unknown. Fails if there are more than
/// `limits.bytes`.
pub fn read(source: impl Read, length: u64, limits: &Limits) -> Result<Vec<u8>, Fault> {
    let limit = limits.bytes as u64;
    let mut bytes = Vec::new();
    if length <= limit {
        bytes.reserve(length as usize);
        source
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| Fault::unreadable(&error))?;
    }
    let found = length.max(bytes.len() as u64);
    if found > limit {
        let megabytes = |bytes: u64| (bytes / 1_000_000) as usize;
        return Err(PictureError::TooManyBytes {
            found: megabytes(found),
            limit: megabytes(limit),
        }
        .into());
    }
    Ok(bytes)
}
