//! Replaces files atomically, and renames damaged ones.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Replaces a file atomically: readers find the old file or the new one, even after a power cut. Keeps the permissions.
pub fn file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Follow symbolic links, so that a link to a file kept elsewhere stays a link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)?;
    // A temporary file is readable by its owner only; an existing file's permissions are copied.
    let mut file = NamedTempFile::new_in(folder)?;
    if let Ok(old) = fs::metadata(&path) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    // Flush the rename to disk too, on systems that support it.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Renames a damaged file to `NAME.bak`, or `NAME.bak2` and so on if that exists. Returns the new path.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut kept = path.with_added_extension("bak");
    let mut number = 1;
    while fs::symlink_metadata(&kept).is_ok() {
        number += 1;
        kept = path.with_added_extension(format!("bak{number}"));
    }
    fs::rename(path, &kept)?;
    Ok(kept)
}

/// The file name of a path, for display.
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
