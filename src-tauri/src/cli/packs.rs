//! `packs`: the weights that there are, and whether they are whole.

use std::path::Path;

use eyebright_models::Pack;
use eyebright_models::checkpoint::{self, Checkpoint, Precision};

use super::Ending;
use super::engine::{Opened, open_any, open_pack};
use crate::fault::Fault;
use crate::output::{Output, complain};

pub fn list() -> Ending {
    tell(open_pack(Path::new("glance")).map(|pack| {
        let manifest = pack.manifest();
        format!(
            "{}: {} {}, built in. Licence: {}",
            manifest.name,
            manifest.summary,
            size(&pack),
            manifest.licence
        )
    }))
}

pub fn verify(pack: &Path) -> Ending {
    let checked = open_pack(pack).and_then(|pack| {
        pack.verify()?;
        Ok(format!(
            "{}: {} files, {}, all as they should be.",
            pack.manifest().name,
            pack.manifest().files.len(),
            size(&pack)
        ))
    });
    tell(checked)
}

pub fn convert(folder: &Path, to: &str, out: &Path) -> Ending {
    let precision = to.parse::<Precision>().map_err(|reason| Fault::new("usage", reason));
    tell(precision.and_then(|precision| {
        let checkpoint = published(folder)?;
        complain(&format!(
            "Converting {} to {to}; this takes a while.",
            checkpoint.name()
        ));
        let made = checkpoint::convert(&checkpoint, precision, out)?;
        let held: Vec<String> = made
            .matrices
            .iter()
            .map(|(how, count)| format!("{count} in {how}"))
            .collect();
        Ok(format!(
            "{}: {:.1} MB instead of {:.1} MB. Matrices: {}; the largest error is {:.1} percent, of {}.",
            out.display(),
            made.bytes.1 as f64 / 1e6,
            made.bytes.0 as f64 / 1e6,
            held.join(", "),
            made.worst.0 * 100.0,
            made.worst.1
        ))
    }))
}

fn published(folder: &Path) -> Result<Checkpoint, Fault> {
    match open_any(folder)? {
        Opened::Published(checkpoint) => Ok(checkpoint),
        Opened::Own(pack) => Err(Fault::new(
            "not_published",
            format!(
                "{} is small already; only published models are converted.",
                pack.manifest().name
            ),
        )),
    }
}

fn tell(result: Result<String, Fault>) -> Ending {
    match result {
        Ok(line) => {
            // A reader that has gone needs no answer.
            let _ = Output::new().line(&line);
            Ending::Done
        }
        Err(fault) => {
            complain(&fault.message);
            Ending::Failed
        }
    }
}

fn size(pack: &Pack) -> String {
    format!("{:.1} MB", pack.bytes() as f64 / 1e6)
}
