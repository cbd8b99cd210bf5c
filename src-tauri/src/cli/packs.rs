//! `packs`: the weights that there are, and whether they are whole.

use std::path::Path;

use eyebright_models::Pack;

use super::Ending;
use super::engine::open_pack;
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
