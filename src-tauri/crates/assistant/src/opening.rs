//! Opens models by their catalogue name or their folder.

use std::path::Path;

use eyebright_domain::Fault;
use eyebright_models::checkpoint::Checkpoint;
use eyebright_models::checkpoint::Precision;
use eyebright_models::pack::MANIFEST;
use eyebright_models::{Describer, Device, Moderation, Pack, Reader, registry};
use eyebright_store::packs::{Listed, listed};

/// Opens the model of a pack. Returns it with the pack's name. A published model is combined with the networks of
/// glance.
pub fn open_describer(pack: &Path, device: &Device) -> Result<(Describer, String), Fault> {
    match open_any(pack)? {
        Opened::Own(pack) => Ok((Describer::open(&pack, device)?, pack.manifest().name.clone())),
        Opened::Published(checkpoint) => {
            // Graphics cards are fast at 16-bit products and short of memory. BF16, because T5's values overflow
            // float16.
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

/// An opened pack or published model.
pub enum Opened {
    /// A pack in Eyebright's own format.
    Own(Pack),
    /// A checkpoint published by others.
    Published(Checkpoint),
}

/// Opens a pack by its name, or the pack or published model in a folder.
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

/// Opens a pack by its name or folder.
pub fn open_pack(pack: &Path) -> Result<Pack, Fault> {
    match listed(&pack.to_string_lossy()) {
        Some(listed) if listed.built_in => Ok(Pack::glance()?),
        Some(listed) => open(&listed.name),
        None => Ok(Pack::open(pack)?),
    }
}

/// Checks that a describing model exists under that name or in that folder, without reading it. Packs for speech or
/// text recognition are refused.
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

/// Opens a fetched pack by its name.
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

/// Opens the text reader. Fails if its pack was not fetched.
pub fn open_reader() -> Result<Reader, Fault> {
    Ok(Reader::open(&open("reader")?)?)
}

/// Opens the nudity classifier. Fails if its pack was not fetched.
pub fn open_moderation() -> Result<Moderation, Fault> {
    Ok(Moderation::open(&open("care")?)?)
}
