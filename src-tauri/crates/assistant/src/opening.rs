//! What a person calls a model, opened: a name of the catalogue, or a folder.

use std::path::Path;

use eyebright_domain::Fault;
use eyebright_models::checkpoint::Checkpoint;
use eyebright_models::checkpoint::Precision;
use eyebright_models::pack::MANIFEST;
use eyebright_models::{Describer, Device, Moderation, Pack, Reader, registry};
use eyebright_store::packs::{Listed, listed};

/// The model of a pack, and the pack's name. A published model is joined by the networks of glance.
pub fn open_describer(pack: &Path, device: &Device) -> Result<(Describer, String), Fault> {
    match open_any(pack)? {
        Opened::Own(pack) => Ok((Describer::open(&pack, device)?, pack.manifest().name.clone())),
        Opened::Published(checkpoint) => {
            // Cards have fast products of halves and little memory. T5's values are too large for float16.
            let precision = if device.is_cpu() {
                Precision::Stored
            } else {
                Precision::BF16
            };
            let model = registry::open(&checkpoint, precision, device)?;
            let describer = Describer::open(&Pack::glance()?, device)?.with_model(model);
            Ok((describer, checkpoint.name().to_owned()))
        }
    }
}

/// What a name or a folder stands for.
pub enum Opened {
    /// A pack of Eyebright's own making.
    Own(Pack),
    /// A model as others published it.
    Published(Checkpoint),
}

/// Opens a pack by its name, or whatever is in a folder.
pub fn open_any(pack: &Path) -> Result<Opened, Fault> {
    if !pack.join(MANIFEST).is_file() && Checkpoint::is_at(pack) {
        return Ok(Opened::Published(Checkpoint::open(pack)?));
    }
    let pack = open_pack(pack)?;
    match pack.folder().filter(|folder| Checkpoint::is_at(folder)) {
        Some(folder) => Ok(Opened::Published(Checkpoint::open(folder)?)),
        None => Ok(Opened::Own(pack)),
    }
}

/// A pack by its name, or in a folder.
pub fn open_pack(pack: &Path) -> Result<Pack, Fault> {
    match listed(&pack.to_string_lossy()) {
        Some(listed) if listed.built_in => Ok(Pack::glance()?),
        Some(listed) => open(&listed.name),
        None => Ok(Pack::open(pack)?),
    }
}

/// Whether there is something to open under that name or in that folder; nothing of it is read. Packs that hear or read are no models.
pub fn check_describer(pack: &Path) -> Result<(), Fault> {
    let name = pack.to_string_lossy();
    match listed(&name) {
        Some(listed) if listed.describes() && (listed.built_in || listed.folder().is_some()) => Ok(()),
        Some(listed) if listed.describes() => Err(not_fetched(&name)),
        None if pack.join(MANIFEST).is_file() || Checkpoint::is_at(pack) => Ok(()),
        _ => {
            let message = format!(
                "There is no model that describes pictures in {name}. Choose a folder with a config.json and its weights as safetensors."
            );
            Err(Fault::new("not_a_model", message))
        }
    }
}

/// Opens a pack that was fetched.
pub fn open(name: &str) -> Result<Pack, Fault> {
    match listed(name).and_then(Listed::folder) {
        Some(folder) => Ok(Pack::open(&folder)?),
        None => Err(not_fetched(name)),
    }
}

fn not_fetched(name: &str) -> Fault {
    let message = format!("The pack {name} is not on this machine. Fetch it with: eyebright packs fetch {name}.");
    Fault::new("pack_not_fetched", message)
}

/// What reads text, if its pack was fetched.
pub fn open_reader() -> Result<Reader, Fault> {
    Ok(Reader::open(&open("reader")?)?)
}

/// What warns of nudity, if its pack was fetched.
pub fn open_moderation() -> Result<Moderation, Fault> {
    Ok(Moderation::open(&open("care")?)?)
}
