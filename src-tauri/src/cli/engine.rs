//! From the options to a loaded model.

use std::path::Path;

use eyebright_models::{Describer, Device, Pack, Reader};

use super::{DeviceName, Model};
use crate::fault::Fault;
use crate::packs;

/// A loaded model and what to call it.
pub struct Engine {
    /// The model.
    pub describer: Describer,
    /// Name of its pack.
    pub pack: String,
    /// cpu, cuda or metal.
    pub device: &'static str,
}

impl Engine {
    /// Loads the pack onto the device.
    pub fn open(model: &Model) -> Result<Self, Fault> {
        let pack = open_pack(&model.pack)?;
        let (device, name) = open_device(model.device)?;
        Ok(Self {
            describer: Describer::open(&pack, &device)?,
            pack: pack.manifest().name.clone(),
            device: name,
        })
    }
}

/// A pack by its name, or in a folder.
pub fn open_pack(pack: &Path) -> Result<Pack, Fault> {
    match packs::listed(&pack.to_string_lossy()) {
        Some(listed) if listed.built_in => Ok(Pack::glance()?),
        Some(listed) => packs::open(&listed.name),
        None => Ok(Pack::open(pack)?),
    }
}

/// What reads text, if its pack was fetched.
pub fn open_reader() -> Result<Option<Reader>, Fault> {
    let is_here = packs::is_here("reader");
    is_here.then(|| Ok(Reader::open(&packs::open("reader")?)?)).transpose()
}

fn open_device(name: DeviceName) -> Result<(Device, &'static str), Fault> {
    let unusable = |card: &str, reason: &dyn std::fmt::Display| {
        Fault::new(
            "device_unusable",
            format!("The {card} cannot be used: {reason}. Choose --device cpu."),
        )
    };
    match name {
        DeviceName::Cpu => Ok((Device::Cpu, "cpu")),
        DeviceName::Cuda => match Device::new_cuda(0) {
            Ok(device) => Ok((device, "cuda")),
            Err(error) => Err(unusable("NVIDIA graphics card", &error)),
        },
        DeviceName::Metal => match Device::new_metal(0) {
            Ok(device) => Ok((device, "metal")),
            Err(error) => Err(unusable("Apple graphics card", &error)),
        },
        DeviceName::Auto => Ok(Device::new_cuda(0)
            .map(|device| (device, "cuda"))
            .or_else(|_| Device::new_metal(0).map(|device| (device, "metal")))
            .unwrap_or((Device::Cpu, "cpu"))),
    }
}
