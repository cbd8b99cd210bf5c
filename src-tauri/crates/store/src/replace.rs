//! Files that are replaced all at once, or put aside.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// All of it or nothing: whoever reads finds the old file or the new one, even after a power cut. Permissions stay.
pub fn file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link, as of those who keep their files elsewhere, stays one.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)?;
    // Readable by its owner alone, unless the old file was by others.
    let mut file = NamedTempFile::new_in(folder)?;
    if let Ok(old) = fs::metadata(&path) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    // Makes the new name last too, where the system knows how.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Renames a file that is damaged to `NAME.bak`, numbered if there is one, and gives the new path.
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

/// The last part of a path, for people.
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
