//! From the options to a loaded model.

use std::sync::LazyLock;

use eyebright_assistant::opening;
use eyebright_domain::Fault;
use eyebright_models::{Describer, Device, Moderation, Pack, Reader};
use eyebright_store::packs;

use crate::options::{DeviceName, Model};
use crate::output::complain;

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
        let (device, name) = open_device(model.device)?;
        let ((describer, pack), device) = match opening::open_describer(&model.pack, &device) {
            Ok(opened) => (opened, name),
            // A card that nobody asked for may be too small. Whatever else is wrong goes wrong on the processor too.
            Err(_) if model.device == DeviceName::Auto && !device.is_cpu() => {
                let opened = opening::open_describer(&model.pack, &Device::Cpu)?;
                complain("The graphics card cannot hold this model; it runs on the processor.");
                (opened, "cpu")
            }
            Err(fault) => return Err(fault),
        };
        Ok(Self {
            describer,
            pack,
            device,
        })
    }
}

/// The model of a pack that may have been fetched, loaded when the first picture needs it; None: the pack is not here.
pub type Fetched<T> = LazyLock<Result<Option<T>, Fault>>;

/// What reads text, if its pack was fetched.
pub fn open_reader() -> Result<Option<Reader>, Fault> {
    opened("reader", Reader::open)
}

/// What warns of nudity, if its pack was fetched.
pub fn open_moderation() -> Result<Option<Moderation>, Fault> {
    opened("care", Moderation::open)
}

fn opened<T>(pack: &str, open: fn(&Pack) -> eyebright_models::Result<T>) -> Result<Option<T>, Fault> {
    packs::is_here(pack)
        .then(|| Ok(open(&opening::open(pack)?)?))
        .transpose()
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
