//! Makes packs for tests.

use std::fmt::Write;
use std::fs;

use eyebright_models::Pack;
use sha2::{Digest, Sha256};

/// A pack of these files with a correct manifest.
pub fn pack(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Pack) {
    let folder = tempfile::tempdir().unwrap();
    let mut manifest = "name='made'\nsummary='s'\nlicence='MIT'\n".to_owned();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
        let digest = Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        let length = bytes.len();
        write!(manifest, "[[file]]\nname='{name}'\nbytes={length}\nsha256='{digest}'\n").unwrap();
    }
    fs::write(folder.path().join("pack.toml"), manifest).unwrap();
    let pack = Pack::open(folder.path()).unwrap();
    (folder, pack)
}
