//! The ordinary client of a registry or hub, run to download something.

use std::process::{Command, Stdio};

use eyebright_domain::Fault;

use super::catalogue::Listed;

/// Whether a client is here and runs.
pub fn works(client: &[&str]) -> bool {
    let mut run = Command::new(client[0]);
    run.args(&client[1..]).arg("--version");
    run.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    run.status().is_ok_and(|status| status.success())
}

/// Lets a client download something. It shows its progress on standard error, for standard output is ours.
pub fn download(client: &mut Command, what: &str) -> Result<(), Fault> {
    let status = client.stdin(Stdio::null()).stdout(std::io::stderr()).status();
    if status.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err(failed(what))
}

/// Nothing usable came.
pub fn failed(what: &str) -> Fault {
    let message =
        format!("The download of {what} failed; the lines above say why. Check the connection, then try again.");
    Fault::new("pack_download_failed", message)
}

/// What came is not what was asked for.
pub fn damaged(pack: &Listed, file: &str) -> Fault {
    Fault::new(
        "pack_file_damaged",
        format!(
            "What came for {file} of the pack {} is not the expected file. Try again later.",
            pack.name
        ),
    )
}
