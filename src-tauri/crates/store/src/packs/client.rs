//! Runs the download program of a package registry or hub (`pip`, `hf`).

use std::process::{Command, Stdio};

use eyebright_domain::Fault;

use super::catalogue::Listed;

/// True if a client is installed and runs.
pub fn works(client: &[&str]) -> bool {
    let mut run = Command::new(client[0]);
    run.args(&client[1..]).arg("--version");
    run.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    run.status().is_ok_and(|status| status.success())
}

/// Runs a client to download `what`. Its output goes to standard error: standard output is for our results.
pub fn download(client: &mut Command, what: &str) -> Result<(), Fault> {
    let status = client.stdin(Stdio::null()).stdout(std::io::stderr()).status();
    if status.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err(failed(what))
}

/// Error: the download failed.
pub fn failed(what: &str) -> Fault {
    let message =
        format!("The download of {what} failed; the lines above say why. Check the connection, then try again.");
    Fault::new("pack_download_failed", message)
}

/// Error: a downloaded file is not the expected one.
pub fn damaged(pack: &Listed, file: &str) -> Fault {
    Fault::new(
        "pack_file_damaged",
        format!(
            "What came for {file} of the pack {} is not the expected file. Try again later.",
            pack.name
        ),
    )
}
